// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "hello-component",
    dependencies: [.package(name: "swift-greengrass-ipc", path: "../..")],
    targets: [
        .executableTarget(
            name: "HelloComponent",
            dependencies: [.product(name: "GreengrassIPC", package: "swift-greengrass-ipc")],
            path: "Sources",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
        .testTarget(
            name: "HelloComponentTests",
            dependencies: [
                "HelloComponent",
                .product(name: "GreengrassIPCTesting", package: "swift-greengrass-ipc"),
            ],
            path: "Tests",
            swiftSettings: [.treatAllWarnings(as: .error)]
        ),
    ]
)
