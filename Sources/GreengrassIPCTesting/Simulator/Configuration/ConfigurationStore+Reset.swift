// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension ConfigurationStore {
    /// Makes what is at a path as it was by default.
    ///
    /// - Parameters:
    ///   - value: what is there by default; `nil` for nothing.
    /// - Returns: what changed: leaves, and the highest of what is gone or was not there.
    mutating func reset(_ path: [String], of component: String, to value: JSONValue?, now: Int64) -> [[String]] {
        let current = node(at: path, of: component)
        switch (current?.node.value, value) {
        case (let old, let new) where old == new: return []
        case (.object(let old)?, .object(let new)?):
            return Set(old.keys).union(new.keys).sorted().flatMap {
                reset(path + [$0], of: component, to: new[$0], now: now)
            }
        case (_, let new):
            guard !path.isEmpty else { return [] }
            let names = update(path, of: component, now: now) { [canonical] node in
                node = new.map { ConfigurationNode($0, modified: now, canonical: canonical) }
            }
            return [names ?? path]
        }
    }
}
