// SPDX-License-Identifier: Apache-2.0

/// The components that were deployed to the device, and where they are in their lives.
struct ComponentStore: Sendable {
    private var entries: [String: Entry] = [:]
    /// What is to become of components, in the order in which it was decided.
    private var steps: [Step] = []

    struct Entry: Sendable, Equatable {
        var name: String
        var version: String
        var state: SimulatedComponent.State
    }

    private struct Step: Sendable {
        var name: String
        var state: SimulatedComponent.State
        var due: Duration
    }

    /// In the order of names.
    var all: [Entry] { entries.values.sorted { $0.name < $1.name } }

    /// The case of a name counts for nothing.
    subscript(name: String) -> Entry? { entries[name.lowercased()] }

    mutating func set(_ entry: Entry) {
        steps.removeAll { $0.name == entry.name }
        entries[entry.name.lowercased()] = entry
    }

    mutating func remove(_ name: String) {
        steps.removeAll { $0.name.lowercased() == name.lowercased() }
        entries[name.lowercased()] = nil
    }

    /// Whatever was under way is forgotten. False if there is no such component.
    mutating func setState(_ state: SimulatedComponent.State, of name: String) -> Bool {
        guard var entry = self[name] else { return false }
        entry.state = state
        set(entry)
        return true
    }

    /// Stops and starts a component, in about the time that a small one takes.
    mutating func restart(_ name: String, now: Duration) {
        schedule([(.stopping, 1), (.installed, 48), (.starting, 51), (.running, 55)], for: name, now: now)
    }

    mutating func stop(_ name: String, now: Duration) {
        guard self[name]?.state != .finished else { return }
        schedule([(.stopping, 1), (.finished, 25)], for: name, now: now)
    }

    private mutating func schedule(_ plan: [(SimulatedComponent.State, Int)], for name: String, now: Duration) {
        guard let entry = self[name] else { return }
        steps.removeAll { $0.name == entry.name }
        steps += plan.map { Step(name: entry.name, state: $0, due: now + .milliseconds($1)) }
    }

    /// When ``advance(now:)`` is to be called.
    var nextDue: Duration? { steps.map(\.due).min() }

    mutating func advance(now: Duration) {
        guard !steps.isEmpty else { return }
        for step in steps where step.due <= now { entries[step.name.lowercased()]?.state = step.state }
        steps.removeAll { $0.due <= now }
    }
}
