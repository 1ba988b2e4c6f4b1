// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

@Suite("Faults by name", .timeLimit(.minutes(1)))
struct NamedFaultTests {
    @Test("A name, a value, and how often")
    func parsing() throws {
        let late = try SimulatedFault(parsing: "late:2s")
        #expect(late.duration == .seconds(2) && late.times == nil && late.description == "late:2s")
        #expect(try SimulatedFault(parsing: "corrupt").times == 1)
        #expect(try SimulatedFault(parsing: "corrupt:3").times == 3)
        let random = try SimulatedFault(parsing: "random")
        #expect(try SimulatedFault(parsing: random.description) == random)
        for kind in SimulatedFault.Kind.allCases {
            #expect(try SimulatedFault(parsing: kind.rawValue).kind == kind && !kind.summary.isEmpty)
        }
    }

    @Test(
        "What is no fault is told with what there is",
        arguments: [
            ("", "out-of-order"), ("latte", "late"), ("late:", "200ms"), ("late:fast", "200ms"), ("late:-1s", "200ms"),
            ("corrupt:0", "corrupt:3"), ("random:x", "random:42"),
        ]
    )
    func refusing(text: String, remedy: String) {
        let error = #expect(throws: NucleusSimulatorError.self) { try SimulatedFault(parsing: text) }
        #expect(error?.code == .invalidFault && error?.message.contains(remedy) == true)
    }

    @Test(
        "Our client lives through it",
        arguments: Dialect.allCases,
        [
            "late:5ms", "split", "merged:2ms", "out-of-order:5ms", "corrupt", "truncated", "duplicate", "deaf:1",
            "ping", "unknown", "random:7",
        ]
    )
    func surviving(dialect: Dialect, text: String) async throws {
        var configuration = NucleusSimulator.Configuration(
            dialect: dialect,
            components: [SimulatedComponent(name: "a", configuration: ["leaf": 7])]
        )
        configuration.faults = [try SimulatedFault(parsing: text)]
        try await NucleusSimulator.serving(configuration) { simulator in
            try await withGreengrassIPC(simulator.clientConfiguration(forComponent: "a")) { client in
                // A connection that the fault has ended is made again; the call on it is not.
                var answers = 0
                for _ in 0..<200 where answers < 10 {
                    let value = try? await client.getConfiguration(keyPath: ["leaf"]).value
                    if value?["leaf"] == 7 { answers += 1 }
                }
                #expect(answers == 10)
            }
        }
    }
}
