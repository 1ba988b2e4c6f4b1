// SPDX-License-Identifier: Apache-2.0

/// Where the proxy's binary is looked for, in this order: the configured path and nothing else; or beside the agent,
/// `/opt/lp`, `/usr/local/bin`, `/usr/bin`, the directories of PATH.
struct LocalproxySearch: Hashable, Sendable {
    /// What stands at a path.
    enum Finding: Hashable, Sendable {
        case executable
        case missing
        case notExecutable
        case notAFile
        /// Anything else, in words.
        case unusable(String)
    }

    /// A place that was looked at in vain.
    struct Miss: Hashable, Sendable, CustomStringConvertible {
        let path: String
        let finding: Finding

        var description: String { "\(path) (\(why))" }

        private var why: String {
            switch finding {
            case .executable: "executable"
            case .missing: "not there"
            case .notExecutable: "not executable by this user"
            case .notAFile: "not a file"
            case .unusable(let text): text
            }
        }
    }

    /// The search failed: every place and why it was no good.
    struct NotFound: Error, Hashable, Sendable, CustomStringConvertible {
        let misses: [Miss]

        /// Whether some place has a file that only lacks the permission.
        var isPermissionMissing: Bool { misses.contains { $0.finding == .notExecutable } }

        /// Whether some place has a program that may not be used.
        var isUntrusted: Bool {
            misses.contains { if case .unusable = $0.finding { true } else { false } }
        }

        var description: String {
            "no localproxy found: " + misses.map(\.description).joined(separator: ", ")
                + "; install it or set localproxyPath"
        }
    }

    /// The paths to look at, in order, none twice.
    let candidates: [String]

    /// - Parameters:
    ///   - configuredPath: `localproxyPath` of the configuration, or empty.
    ///   - agentDirectory: where the agent's own binary lies, if known.
    ///   - searchPath: the value of PATH; its relative entries are left out.
    init(configuredPath: String, agentDirectory: String?, searchPath: String) {
        guard configuredPath.isEmpty else {
            candidates = [configuredPath]
            return
        }
        var directories = agentDirectory.map { [$0] } ?? []
        directories += ["/opt/lp", "/usr/local/bin", "/usr/bin"]
        directories += searchPath.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        var seen: Set<String> = []
        candidates = directories.map { $0.hasSuffix("/") ? $0 + "localproxy" : $0 + "/localproxy" }
            .filter { seen.insert($0).inserted }
    }

    /// The first candidate that `inspect` calls executable.
    func find(_ inspect: (String) -> Finding) throws(NotFound) -> String {
        var misses: [Miss] = []
        for path in candidates {
            let finding = inspect(path)
            if finding == .executable { return path }
            misses.append(Miss(path: path, finding: finding))
        }
        throw NotFound(misses: misses)
    }
}
