// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// The fuzz targets, built and run by dev/fuzz with libFuzzer, which brings `main`. The folders in Sources are links to
// those of the package: compiled here as one package with the harnesses, so that these reach what is not public.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// A harness: without `main`, which the fuzzer has.
func harness(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "fuzz-" + name.lowercased(),
        dependencies: dependencies,
        path: name,
        swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]
    )
}

let package = Package(
    name: "Fuzz",
    targets: [
        .target(name: "EventStream", swiftSettings: settings),
        .target(name: "CEventReactor"),
        .target(name: "EventReactor", dependencies: ["CEventReactor"], swiftSettings: settings),
        .target(name: "GreengrassIPC", dependencies: ["EventStream", "EventReactor"], swiftSettings: settings),
        .target(
            name: "TunnelComponent",
            dependencies: ["GreengrassIPC"],
            swiftSettings: settings
        ),
        .target(name: "FuzzSupport", path: "Support", swiftSettings: settings),
        harness("Frames", ["EventStream", "FuzzSupport"]),
        harness("Session", ["GreengrassIPC", "EventStream", "EventReactor", "FuzzSupport"]),
        harness("Notification", ["TunnelComponent", "GreengrassIPC", "FuzzSupport"]),
        harness("JSON", ["GreengrassIPC", "FuzzSupport"]),
    ]
)
