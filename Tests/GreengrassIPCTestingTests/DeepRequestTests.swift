// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Requests that are too deep", .timeLimit(.minutes(1)))
struct DeepRequestTests {
    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static func shape(_ dialect: Dialect, _ request: String) -> String? {
        var harness = Harness(dialect, configuration: ["leaf": "value"])
        let connection = harness.login()
        let event = harness.send(ClientFrame.call(1, "GetConfiguration", request), on: connection).first
        return event?.shape ?? event?.payload
    }

    @Test("A member that nobody knows is skipped by the classic nucleus, however deep it is", arguments: [127, 20_000])
    func unknown(depth: Int) {
        let request = #"{"keyPath":["leaf"],"x":\#(Self.nested(depth)),"y":"]}\\\"[{"}"#
        #expect(Self.shape(.classic, request) == "GetConfigurationResponse")
    }

    @Test("One that it does know is refused, and so is what is no JSON")
    func known() {
        let deep = Self.nested(20_000)
        #expect(Self.shape(.classic, #"{"keyPath":\#(deep)}"#) == "InternalServerError")
        #expect(Self.shape(.classic, #"{"keyPath":[],"x":\#(deep)]}"#) == "InternalServerError")
        #expect(Self.shape(.classic, #"{"keyPath":[],"x":\#(deep.dropLast(1))}"#) == "InternalServerError")
        #expect(Self.shape(.classic, #"{"keyPath":[],"x":\#(deep),}"#) == "InternalServerError")
        #expect(Self.shape(.classic, deep) == "InternalServerError")
        #expect(Self.shape(.lite, #"{"keyPath":[],"x":\#(deep)}"#) != "GetConfigurationResponse")
    }

    @Test("What is not too deep is not touched")
    func shallow() {
        #expect(DeepRequest.flattened(Array(#"{"a":[[{}]]}"#.utf8)[...]) == nil)
        #expect(DeepRequest.flattened([]) == nil)
    }
}
