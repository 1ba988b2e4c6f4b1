// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "swift-greengrass-ipc", path: "../")],
    targets: [
        // The CRC-32 to compare with, and the one that the C sides use.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // A blocking client in C, the clock, and memcpy.
        .target(name: "CBaseline", dependencies: ["CZlib"]),
        // A server in C that answers everything at once with the same bytes.
        .executableTarget(name: "ipc-echo", dependencies: ["CBaseline", "CZlib"]),
        // Says when after its exec a process printed what.
        .executableTarget(name: "stamp", dependencies: ["CBaseline"]),
        // Says when it was started.
        .executableTarget(name: "localproxy-probe"),
        .target(name: "BenchmarkSupport", dependencies: ["CBaseline"], swiftSettings: strict),
        .executableTarget(
            name: "frames-benchmark",
            dependencies: [
                .product(name: "EventStream", package: "swift-greengrass-ipc"),
                "BenchmarkSupport", "CBaseline", "CZlib",
            ],
            path: "Sources/FramesBenchmark",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ipc-benchmark",
            dependencies: [
                .product(name: "GreengrassIPC", package: "swift-greengrass-ipc"),
                "BenchmarkSupport", "CBaseline",
            ],
            path: "Sources/IPCBenchmark",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "simulator-benchmark",
            dependencies: [
                .product(name: "GreengrassIPC", package: "swift-greengrass-ipc"),
                .product(name: "GreengrassIPCTesting", package: "swift-greengrass-ipc"),
                "BenchmarkSupport", "CBaseline",
            ],
            path: "Sources/SimulatorBenchmark",
            swiftSettings: strict
        ),
    ]
)
