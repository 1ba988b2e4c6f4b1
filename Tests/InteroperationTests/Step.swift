// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// One of the calls of `requests.json`; `operations.py` says what its members mean.
struct Step: Sendable {
    var operation: String
    var request: JSONValue
    /// Who calls.
    var component: String
    var events: [String]
    /// Called once a subscription is made; at most one.
    var trigger: [Step]
    /// Called once the first event is there; at most one.
    var answer: [Step]

    init(_ json: JSONValue) throws {
        guard let operation = json["call"]?.stringValue, let request = json["request"] else {
            throw PythonSDK.Failure(description: "requests.json: there is no call in an entry")
        }
        self.operation = operation
        self.request = request
        component = json["as"]?.stringValue ?? PythonSDK.component
        events = json["events"]?.arrayValue?.compactMap(\.stringValue) ?? []
        trigger = try json["trigger"].map { [try Step($0)] } ?? []
        answer = try json["answer"].map { [try Step($0)] } ?? []
    }

    /// The operations whose outcomes are reported, in that order.
    var reported: [String] { answer.map(\.operation) + [operation] }
}
