// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

extension TunnelNotification {
    /// Reads the payload of a message; what is wrong is told without quoting the payload.
    init(payload: [UInt8]) throws(Refusal) {
        guard payload.count <= Self.maximumPayload else {
            throw Refusal(
                reason: .tooLarge,
                text:
                    "The notification has \(payload.count) bytes, more than \(Self.maximumPayload); publish only tunnel"
                    + " notifications on this topic."
            )
        }
        let document: JSONValue
        do throws(JSONError) {
            var reader = JSONReader(payload.span, depthLimit: Self.maximumDepth)
            document = try JSONValue(from: &reader)
            try reader.finish()
        } catch {
            throw Refusal(
                reason: .notJSON,
                text: "The notification is not JSON (\(error.message) at byte \(error.offset)); publish only tunnel"
                    + " notifications on this topic."
            )
        }
        try self.init(document)
    }
}
