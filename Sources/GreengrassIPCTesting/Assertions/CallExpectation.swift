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
        nucleus.calls.filter { $0.operation == operation && (component == nil || $0.component == component) }
    }

    /// The first call that is as expected.
    func match(in nucleus: borrowing NucleusMachine) -> RecordedCall? {
        nucleus.calls.first { call in
            guard call.operation == operation, component == nil || call.component == component else { return false }
            guard let request else { return true }
            let wanted = request.withPayloadsRead
            return seen(call, wanted) == wanted
        }
    }

    /// Of a call's request, what is compared.
    private func seen(_ call: RecordedCall, _ wanted: JSONValue) -> JSONValue {
        let request = call.request.withPayloadsRead
        return isPartial ? request.reduced(to: wanted) : request
    }

    func unmet(in nucleus: borrowing NucleusMachine, location: String) -> UnmetExpectation {
        let calls = candidates(in: nucleus)
        guard let request, !calls.isEmpty else {
            let others = Self.counted(nucleus.calls.map(\.operation))
            let instead = others.isEmpty ? "nothing was called" : "called were \(others)"
            return UnmetExpectation(
                summary: "expected a call of \(name); \(instead)" + nucleus.refusalsText,
                difference: [],
                location: location
            )
        }
        let wanted = request.withPayloadsRead
        let differences = calls.map { call in
            JSONDifference(expected: wanted, actual: seen(call, wanted), hiding: nucleus.concealment)
        }
        let nearest = differences.indices.min { differences[$0].weight < differences[$1].weight } ?? 0
        let which = calls.count == 1 ? "the only one" : "the nearest of \(calls.count), number \(nearest + 1),"
        return UnmetExpectation(
            summary: "expected a call of \(name) \(isPartial ? "that has these members" : "with this request"); "
                + "\(which) differs",
            difference: differences[nearest].lines,
            location: location
        )
    }

    /// Names with how often each is there, as `2 of A, 1 of B`.
    static func counted(_ names: [String]) -> String {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    }
}
