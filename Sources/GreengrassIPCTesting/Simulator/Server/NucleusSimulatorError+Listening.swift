// SPDX-License-Identifier: Apache-2.0

import EventReactor

extension NucleusSimulatorError {
    /// Why no socket can be at that path, as far as the path itself tells; `nil` if it may be.
    static func objection(toSocketPath path: String) -> Self? {
        let count = path.utf8.count
        if path.isEmpty { return Self(.cannotListen, "the socket's path is empty; name a file that does not exist") }
        guard count > SocketAddress.longestPath else { return nil }
        return Self(
            .cannotListen,
            "the socket's path has \(count) bytes, at most \(SocketAddress.longestPath) are possible: \(path); choose "
                + "a shorter one, such as a relative one"
        )
    }

    /// Why there is no socket at that path, and what to do about it.
    static func cannotListen(at path: String, because error: SystemError) -> Self {
        Self(.cannotListen, "cannot listen at \(path): \(error); \(remedy(for: error, path))")
    }

    /// Why no directory could be made for the socket.
    static func noDirectory(because error: SystemError) -> Self {
        Self(
            .cannotListen,
            "cannot make a directory for the socket: \(error); let TMPDIR name one that this process may write to, or "
                + "give the socket a path"
        )
    }

    private static func remedy(for error: SystemError, _ path: String) -> String {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let folder = parent.isEmpty ? "/" : parent
        return switch error.number {
        case SystemError.alreadyInUse:
            "a server listens there, or a file that is no socket is in the way: stop it, remove the file or choose "
                + "another path"
        case SystemError.noSuchFile where Files.exists(folder): "\(folder) takes no sockets: choose another path"
        case SystemError.noSuchFile: "make the folder \(folder) first, or choose another path"
        case SystemError.notADirectory: "what stands before the last slash is a file: choose a path in a folder"
        case SystemError.permissionDenied, SystemError.notPermitted, SystemError.readOnly:
            "let this process write to the folder \(folder), or choose another path"
        case SystemError.tooManyFiles: "raise the limit of open files (ulimit -n)"
        default: "choose a path in a folder that this process may write to"
        }
    }
}
