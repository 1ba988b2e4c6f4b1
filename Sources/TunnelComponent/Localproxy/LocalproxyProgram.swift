// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The proxy's program as it is launched now.
struct LocalproxyProgram: ~Copyable {
    let path: String
    /// The checked file itself, when a digest was asked for: the path may lead elsewhere by the time it is executed.
    private let file: ProgramFile?

    /// A program of any content.
    init(path: String) {
        self.path = path
        file = nil
        descriptor = nil
    }

    /// A program with this SHA-256, in lower-case hexadecimal digits.
    init(path: String, pinnedTo digest: String, trust: ProgramTrust) throws(SpawnFailure) {
        let opened = try Self.open(path)
        var hash = SHA256()
        var beginning: [UInt8] = []
        do throws(SystemError) {
            try opened.read { bytes in
                if beginning.isEmpty { beginning = Array(bytes.prefix(2)) }
                hash.update(bytes)
            }
        } catch {
            throw Self.unreadable(error)
        }
        if let objection = trust.objection(to: opened) { throw .untrusted("\(path): \(objection)") }
        // Its interpreter would open the path again, and find what stands there by then.
        guard beginning != Array("#!".utf8) else {
            throw .untrusted(
                "\(path) is a script, which localproxySHA256 cannot pin; set localproxyPath to the program"
            )
        }
        let found = SHA256.hexadecimal(hash.finish())
        guard found == digest else {
            throw .untrusted(
                "\(path) has the SHA-256 \(found), not that of localproxySHA256; install the right localproxy, or set"
                    + " localproxySHA256 if it was meant to change"
            )
        }
        self.path = path
        descriptor = opened.descriptor
        file = .some(consume opened)
    }

    private static func open(_ path: String) throws(SpawnFailure) -> ProgramFile {
        do throws(SystemError) {
            return try ProgramFile(path, reads: true)
        } catch {
            throw unreadable(error)
        }
    }

    private static func unreadable(_ error: SystemError) -> SpawnFailure {
        .untrusted("localproxySHA256 cannot be checked: \(error)")
    }

    /// What to execute in place of the path, if the content was checked.
    let descriptor: Int32?
}
