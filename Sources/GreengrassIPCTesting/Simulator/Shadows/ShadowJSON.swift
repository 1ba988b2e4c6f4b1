// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The payloads of the shadow operations and of their topics.
enum ShadowJSON {
    static func got(_ document: ShadowDocument, second: Int64) -> [UInt8] {
        object { json in
            json.memberName("state")
            json.any(.object(document.state.merging(["delta": document.delta].compactMapValues { $0 }) { $1 }))
            json.memberName("metadata")
            json.any(.object(document.metadata))
            json.number("version", document.version)
            json.number("timestamp", second)
        }
    }

    static func deleted(version: Int64, second: Int64) -> [UInt8] {
        object { json in
            json.number("version", version)
            json.number("timestamp", second)
        }
    }

    static func updated(_ update: ShadowUpdate, version: Int64, second: Int64) -> [UInt8] {
        object { json in
            json.number("version", version)
            if let token = update.clientToken { json.text("clientToken", token) }
            json.number("timestamp", second)
            json.memberName("state")
            json.any(update.state)
            json.memberName("metadata")
            json.any(ShadowDocument.stamped(update.state, at: second))
        }
    }

    /// `nil` if nothing is left to be done.
    static func delta(_ document: ShadowDocument, _ update: ShadowUpdate, second: Int64) -> [UInt8]? {
        guard let delta = document.delta, let metadata = document.deltaMetadata else { return nil }
        return object { json in
            json.number("version", document.version)
            json.number("timestamp", second)
            json.memberName("state")
            json.any(delta)
            json.memberName("metadata")
            json.any(metadata)
            if let token = update.clientToken { json.text("clientToken", token) }
        }
    }

    static func documents(
        from old: ShadowDocument?,
        to new: ShadowDocument,
        _ update: ShadowUpdate,
        second: Int64
    ) -> [UInt8] {
        object { json in
            json.memberName("previous")
            json.any(old.map(whole) ?? .null)
            json.memberName("current")
            json.any(whole(new))
            if let token = update.clientToken { json.text("clientToken", token) }
            json.number("timestamp", second)
        }
    }

    static func rejected(_ rejection: ShadowRejection, second: Int64) -> [UInt8] {
        object { json in
            json.number("timestamp", second)
            if let token = rejection.clientToken { json.text("clientToken", token) }
            json.number("code", Int64(rejection.status))
            json.text("message", rejection.publicText ?? rejection.text)
        }
    }

    private static func whole(_ document: ShadowDocument) -> JSONValue {
        [
            "state": .object(document.state), "metadata": .object(document.metadata),
            "version": .integer(document.version),
        ]
    }

    private static func object(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    /// A member that is an integer.
    mutating func number(_ name: StaticString, _ value: Int64) {
        memberName(name)
        integer(value)
    }
}
