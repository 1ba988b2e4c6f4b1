// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// One set of strict settings for every Swift target; warnings are errors.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

/// The JSON reader is a `~Escapable` view of the bytes it reads, which needs lifetime annotations.
let lifetimes: SwiftSetting = .enableExperimentalFeature("Lifetimes")

let package = Package(
    name: "swift-greengrass-ipc",
    products: [
        .library(name: "EventStream", targets: ["EventStream"]),
        .library(name: "GreengrassIPC", targets: ["GreengrassIPC"]),
        .library(name: "GreengrassIPCFoundation", targets: ["GreengrassIPCFoundation"]),
        .library(name: "GreengrassIPCTesting", targets: ["GreengrassIPCTesting"]),
        .executable(name: "iot-tunnel-agent", targets: ["TunnelComponent"]),
        .executable(name: "ggipc", targets: ["ggipc"]),
    ],
    targets: [
        // AWS event-stream framing; standard library only.
        .target(name: "EventStream", swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
        // epoll, eventfd, signalfd, prctl and the spawn function that Swift's Glibc module lacks.
        .target(name: "CEventReactor"),
        // The event loop: sockets, timers, signals, child processes.
        .target(name: "EventReactor", dependencies: ["CEventReactor"], swiftSettings: strict),
        // The IPC client.
        .target(
            name: "GreengrassIPC",
            dependencies: ["EventStream", "EventReactor"],
            swiftSettings: strict + [lifetimes]
        ),
        // Codable, Data and Date, for those who use Foundation anyway.
        .target(name: "GreengrassIPCFoundation", dependencies: ["GreengrassIPC"], swiftSettings: strict),
        // The simulated nucleus.
        .target(
            name: "GreengrassIPCTesting",
            dependencies: ["GreengrassIPC", "EventStream", "EventReactor"],
            swiftSettings: strict
        ),
        // SHA-256 for the tunnel agent.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // iot-tunnel-agent, the Greengrass component.
        .executableTarget(
            name: "TunnelComponent",
            dependencies: ["GreengrassIPC", "EventReactor", "COpenSSL"],
            swiftSettings: strict
        ),
        // Recipes, through libyaml; for ggipc alone.
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(
            name: "GreengrassRecipe",
            dependencies: ["GreengrassIPC", "CYAML"],
            swiftSettings: strict + [lifetimes]
        ),
        // Command lines: options, commands, and what was probably meant.
        .target(name: "CommandArguments", swiftSettings: strict),
        // The developers' command.
        .executableTarget(
            name: "ggipc",
            dependencies: [
                "GreengrassIPCTesting", "GreengrassIPC", "EventStream", "EventReactor", "CommandArguments",
                "GreengrassRecipe",
            ],
            swiftSettings: strict + [lifetimes]
        ),

        // Writes Sources/GreengrassIPC/Generated from Models/; for the maintainers, through dev/generate.
        .executableTarget(name: "IPCCodegen", swiftSettings: strict),

        // Test-only executables: scenarios that need a process to themselves, a stand-in for AWS's localproxy, and the
        // demonstration that dev/demo runs.
        .executableTarget(
            name: "reactor-exercise",
            dependencies: ["EventReactor"],
            path: "Tests/ReactorExercise",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "localproxy-stand-in",
            path: "Tests/LocalproxyStandIn",
            swiftSettings: strict
        ),
        .target(
            name: "AgentHarness",
            dependencies: ["EventReactor"],
            path: "Tests/AgentHarness",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "tunnel-demo",
            dependencies: ["GreengrassIPCTesting", "GreengrassIPC", "EventReactor", "AgentHarness"],
            path: "Tests/TunnelDemo",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "agent-soak",
            dependencies: ["GreengrassIPCTesting", "GreengrassIPC", "EventReactor", "AgentHarness"],
            path: "Tests/AgentSoak",
            swiftSettings: strict
        ),

        .testTarget(name: "IPCCodegenTests", dependencies: ["IPCCodegen"], swiftSettings: strict),
        .testTarget(name: "EventStreamTests", dependencies: ["EventStream"], swiftSettings: strict),
        .testTarget(
            name: "EventReactorTests",
            dependencies: ["EventReactor", "reactor-exercise"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GreengrassIPCTests",
            dependencies: ["GreengrassIPC", "EventStream", "EventReactor", "AgentHarness"],
            exclude: ["Model"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GreengrassIPCFoundationTests",
            dependencies: ["GreengrassIPCFoundation", "GreengrassIPCTesting", "GreengrassIPC"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GreengrassIPCTestingTests",
            dependencies: ["GreengrassIPCTesting", "GreengrassIPC", "EventStream", "EventReactor"],
            exclude: ["Recordings"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TunnelComponentTests",
            dependencies: ["TunnelComponent", "GreengrassIPC", "EventReactor", "localproxy-stand-in"],
            exclude: ["Recordings"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GreengrassRecipeTests",
            dependencies: ["GreengrassRecipe", "GreengrassIPC", "EventReactor"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GGIPCTests",
            dependencies: [
                "ggipc", "CommandArguments", "GreengrassIPCTesting", "GreengrassIPC", "EventStream", "EventReactor",
            ],
            exclude: ["Captures"],
            swiftSettings: strict
        ),
        // The official Python SDK, in the virtual environment that dev/setup --tests makes.
        .testTarget(
            name: "InteroperationTests",
            dependencies: ["GreengrassIPCTesting", "GreengrassIPC", "EventReactor", "AgentHarness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "GreengrassIPCTesting", "GreengrassIPC", "EventReactor",
                "AgentHarness", "TunnelComponent", "localproxy-stand-in", "ggipc",
            ],
            swiftSettings: strict
        ),
    ]
)
