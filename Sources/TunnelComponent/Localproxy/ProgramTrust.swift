// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Whether a program may be trusted to get tunnels' tokens: nobody may be able to change it but root, this user, and
/// whoever owns the agent's own program and could change that.
struct ProgramTrust: Sendable {
    /// The users that files and directories may belong to.
    let users: Set<UInt32>

    /// What is wrong, with the remedy; nil when nothing is.
    ///
    /// - Parameters:
    ///   - directories: those that lead to the file, of which none may let others replace what is in it.
    func objection(
        to file: ProgramFile.Permissions,
        directories: [(path: String, permissions: ProgramFile.Permissions)]
    ) -> String? {
        if file.isWorldWritable { return "everybody may write it; use chmod o-w" }
        // The root group is root's; any other may have further members, and all components share one.
        if file.isGroupWritable, file.group != 0 { return "its group may write it; use chmod g-w" }
        if !users.contains(file.owner) {
            return "it belongs to user \(file.owner), who is neither root nor the component's; use chown root"
        }
        for (path, permissions) in directories {
            if permissions.isWorldWritable, !permissions.isSticky {
                return "everybody may write its directory \(path); use chmod o-w"
            }
            if !users.contains(permissions.owner) {
                return "its directory \(path) belongs to user \(permissions.owner), who is neither root nor the"
                    + " component's; use chown root"
            }
        }
        return nil
    }

    /// What is wrong with an opened file or where it lies.
    func objection(to file: borrowing ProgramFile) -> String? {
        let directories = Self.directories(above: file.resolvedPath).compactMap { path in
            Files.permissions(path).map { (path, $0) }
        }
        return objection(to: file.permissions, directories: directories)
    }

    /// The trust of this process.
    static func ofThisProcess() -> ProgramTrust {
        var users: Set<UInt32> = [0, CurrentProcess.effectiveUser]
        if let own = CurrentProcess.executablePath {
            for path in [own] + directories(above: own).prefix(1) {
                if let owner = Files.permissions(path)?.owner { users.insert(owner) }
            }
        }
        return ProgramTrust(users: users)
    }

    /// The directories above a path, the nearest first.
    static func directories(above path: String) -> [String] {
        var found: [String] = []
        var rest = Substring(path)
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            found.append(rest.isEmpty ? "/" : String(rest))
        }
        return found
    }
}
