// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// A call that a test expects.
struct CallExpectation: Sendable {
    var operation: String
    /// By whom; nil for anyone.
    var component: String?
    /// With what; nil for anything.
    var request: JSONValue?
    /// Whether a request may have more than that.
    var isPartial: Bool

    /// For people.
    var name: String { operation + (component.map { " by \($0)" } ?? "") }

    /// The calls of the operation, by whoever is meant.
    func candidates(in nucleus: borrowing NucleusMachine) -> [RecordedCall] {
        nucleus.calls.filter(isCandidate)
    }

    /// The first call that is as expected.
    func match(in nucleus: borrowing NucleusMachine) -> RecordedCall? {
        guard let wanted = request?.withPayloadsRead else { return nucleus.calls.first(where: isCandidate) }
        return nucleus.calls.first { isCandidate($0) && seen($0, wanted) == wanted }
    }

    private func isCandidate(_ call: RecordedCall) -> Bool {
        call.operation == operation && (component == nil || call.component == component)
    }

    /// Of a call's request, what is compared.
    private func seen(_ call: RecordedCall, _ wanted: JSONValue) -> JSONValue {
        let request = call.request.withPayloadsRead
        return isPartial ? request.reduced(to: wanted) : request
    }

    func unmet(in nucleus: borrowing NucleusMachine, location: String) -> UnmetExpectation {
        let concealment = nucleus.concealment
        var differences: [[String]] = []
        if let wanted = request?.withPayloadsRead {
            differences = candidates(in: nucleus).map { call in
                JSONDifference(expected: wanted, actual: seen(call, wanted), hiding: concealment).lines
            }
        }
        let what = "a call of \(name)"
        let how = isPartial ? "that has these members" : "with this request"
        return .nearest("\(what) \(how)", of: differences, location: location)
            ?? .absent(what, nucleus.calls.map(\.operation), "called", in: nucleus, location: location)
    }
}
