// SPDX-License-Identifier: Apache-2.0

/// The streams that are told of changes of configurations.
struct ConfigurationWatches: Sendable {
    private(set) var watches: [Watch] = []

    struct Watch: Sendable {
        var stream: StreamKey
        /// Whose configuration.
        var component: String
        /// Canonical names; everything below is watched too.
        var path: [String]
    }

    mutating func add(_ watch: Watch) { watches.append(watch) }

    mutating func remove(_ stream: StreamKey) {
        guard let index = watches.firstIndex(where: { $0.stream == stream }) else { return }
        watches.remove(at: index)
    }

    mutating func remove(of connection: ConnectionID) {
        guard !watches.isEmpty else { return }
        watches.removeAll { $0.stream.connection == connection }
    }

    mutating func removeAll() { watches.removeAll() }

    /// Who is told of a change at a path of canonical names.
    func streams(for path: [String], of component: String) -> [StreamKey] {
        watches.compactMap { $0.component == component && path.starts(with: $0.path) ? $0.stream : nil }
    }
}
