// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import GreengrassIPCTesting

/// What the simulated nucleus carries in one process, beside a server in C that copies bytes: `simulator-benchmark
/// WHAT…`, where WHAT is any of `start`, `scale` and `churn`; all of them unless something is said.
@main
enum SimulatorBenchmark {
    static func main() async throws {
        let wanted = CommandLine.arguments.dropFirst()
        func isWanted(_ what: String) -> Bool { wanted.isEmpty || wanted.contains(what) }
        for dialect in Dialect.allCases {
            if isWanted("start") { try await Starting.measure(dialect) }
            if isWanted("scale") { try await Scale.measure(dialect) }
            if isWanted("churn") { try await Churn.measure(dialect) }
        }
    }

    /// Prints a line of the table.
    static func report(_ dialect: Dialect, _ what: String, _ figures: String) {
        let name = dialect == .classic ? "classic" : "lite"
        print(name + String(repeating: " ", count: 9 - name.count), terminator: "")
        print(what + String(repeating: " ", count: max(1, 44 - what.count)), terminator: "")
        print(figures)
    }
}
