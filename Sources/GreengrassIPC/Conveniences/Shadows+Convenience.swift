// SPDX-License-Identifier: Apache-2.0

// Shadows as JSON: in the service model their documents are blobs.

extension GreengrassIPCCaller {
    /// Reads a shadow's document: `state`, `metadata`, `version`, `timestamp`.
    ///
    /// - Parameters:
    ///   - thing: The thing.
    ///   - name: The shadow's name; nil means the classic shadow.
    /// - Throws: as ``getThingShadow(thingName:shadowName:)``; `.invalidResponse` when the document is no JSON.
    public func shadow(of thing: String, named name: String? = nil) async throws(GreengrassIPCError) -> JSONValue {
        let response = try await getThingShadow(thingName: thing, shadowName: name)
        return try Self.document(response.payload, GetThingShadow.descriptor)
    }

    /// Changes a shadow's state.
    ///
    /// - Parameters:
    ///   - thing: The thing.
    ///   - name: The shadow's name; nil means the classic shadow.
    ///   - state: An object with `desired`, `reported` or both; members that are null are removed.
    ///   - version: The version that the change is based on; nil changes whatever is there.
    /// - Returns: The accepted document.
    /// - Throws: as ``updateThingShadow(thingName:shadowName:payload:)``; `.conflict` when the version is another.
    @discardableResult
    public func updateShadow(
        of thing: String,
        named name: String? = nil,
        state: JSONValue,
        version: Int64? = nil
    ) async throws(GreengrassIPCError) -> JSONValue {
        var document: [String: JSONValue] = ["state": state]
        document["version"] = version.map(JSONValue.integer)
        let payload = try UpdateThingShadow.descriptor.encode(JSONValue.object(document), as: "state")
        let response = try await updateThingShadow(thingName: thing, shadowName: name, payload: payload)
        return try Self.document(response.payload, UpdateThingShadow.descriptor)
    }

    private static func document(
        _ payload: [UInt8],
        _ operation: OperationDescriptor
    ) throws(GreengrassIPCError) -> JSONValue {
        try operation.decode(JSONValue.self, from: payload, complaint: "the shadow's document is not JSON")
    }
}
