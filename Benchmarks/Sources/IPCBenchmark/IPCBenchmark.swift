// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPC

/// What a client costs against the server that the environment names: `ipc-benchmark PEER WHAT…`, where PEER is a name
/// for the table and WHAT is any of `calls`, `inflight`, `flood`, `publish` and
/// `scale`.
@main
enum IPCBenchmark {
    static func main() throws {
        guard CommandLine.arguments.count > 2 else {
            print("usage: ipc-benchmark PEER calls|inflight|flood|publish|scale…")
            return
        }
        let peer = CommandLine.arguments[1]
        for what in CommandLine.arguments.dropFirst(2) {
            switch what {
            case "calls": try Calls.measure(peer)
            case "inflight": try InFlight.measure(peer)
            case "flood": try Events.measureFlood(peer)
            case "publish": try Events.measurePublished(peer)
            case "scale": try Scale.measure(peer)
            default: print("ipc-benchmark: there is no '\(what)'")
            }
        }
    }

    /// Prints a line of the table.
    static func report(_ peer: String, _ what: String, _ figures: String) {
        print(peer + String(repeating: " ", count: max(1, 12 - peer.count)), terminator: "")
        print(what + String(repeating: " ", count: max(1, 44 - what.count)), terminator: "")
        print(figures)
    }
}
