// SPDX-License-Identifier: Apache-2.0

extension OperationDescriptor {
    /// The bytes of what is sent.
    ///
    /// - Parameter name: What it is, for the error.
    /// - Throws: `.invalidRequest`.
    func encode(_ value: some JSONWritable, as name: String = "request") throws(GreengrassIPCError) -> [UInt8] {
        do throws(JSONError) {
            return try value.jsonBytes()
        } catch {
            let text = "the \(name) cannot be written as JSON"
            throw GreengrassIPCError(.invalidRequest, text, operation: self.name, cause: error)
        }
    }

    /// What bytes that came hold.
    ///
    /// - Parameter complaint: What the error says.
    /// - Throws: `.invalidResponse`.
    func decode<Value: JSONReadable>(
        _ type: Value.Type,
        from payload: [UInt8],
        complaint: String = "the response is not what the service model says"
    ) throws(GreengrassIPCError) -> Value {
        do throws(JSONError) {
            return try Value(jsonBytes: payload.span)
        } catch {
            throw GreengrassIPCError(.invalidResponse, complaint, operation: name, cause: error)
        }
    }
}
