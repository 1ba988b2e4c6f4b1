// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Socket paths", .timeLimit(.minutes(1)))
struct SocketPathTests {
    /// Places where root cannot make a socket either.
    enum Place: CaseIterable {
        case belowAFile, inNoFolder, inProc, aFile, aFolder, tooLong, empty

        func path(in directory: String) throws -> String {
            switch self {
            case .belowAFile:
                try Files.write([], to: directory + "/file")
                return directory + "/file/ipc.socket"
            case .inNoFolder: return directory + "/none/ipc.socket"
            case .inProc: return "/proc/ipc.socket"
            case .aFile:
                try Files.write([], to: directory + "/ipc.socket")
                return directory + "/ipc.socket"
            case .aFolder: return directory
            case .tooLong: return directory + "/" + String(repeating: "x", count: 108)
            case .empty: return ""
            }
        }

        /// What the error says, beside the path.
        var remedy: String {
            switch self {
            case .belowAFile: "choose a path in a folder"
            case .inNoFolder: "/none first, or choose another path"
            case .inProc: "another path"
            case .aFile, .aFolder: "remove the file or choose another path"
            case .tooLong: "choose a shorter one"
            case .empty: "name a file"
            }
        }
    }

    @Test(
        "A path where no socket can be is named, with the remedy, and nothing is left behind",
        arguments: Place.allCases
    )
    func refused(place: Place) async throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "simulator-")
        defer {
            for name in ["/file", "/ipc.socket", ""] { Files.remove(directory + name) }
        }
        let path = try place.path(in: directory)
        let before = Files.exists(path)
        var configuration = NucleusSimulator.Configuration()
        configuration.socketPath = path
        let error = await #expect(throws: NucleusSimulatorError.self) {
            try await NucleusSimulator.start(configuration)
        }
        #expect(error?.code == .cannotListen)
        #expect(error?.message.contains(path) == true)
        #expect(error?.message.contains(place.remedy) == true, "\(error?.message ?? "")")
        #expect(Files.exists(path) == before)
    }

    @Test("A path where somebody listens is named, and whoever listens is left alone")
    func taken() async throws {
        try await NucleusSimulator.serving(.init(components: [SimulatedComponent(name: "a")])) { first in
            var configuration = first.configuration
            configuration.socketPath = first.socketPath
            let error = await #expect(throws: NucleusSimulatorError.self) {
                try await NucleusSimulator.start(configuration)
            }
            #expect(error?.message.contains(first.socketPath) == true)
            #expect(error?.message.contains("a server listens there") == true)
            _ = try await WireClient.login(to: first, as: "a")
        }
    }
}
