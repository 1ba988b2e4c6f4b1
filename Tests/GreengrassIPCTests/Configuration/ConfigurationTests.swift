// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct ConfigurationTests {
    private static let socket = GreengrassIPCConfiguration.socketPathVariable
    private static let token = GreengrassIPCConfiguration.tokenVariable

    private func fault(of environment: [String: String]) -> GreengrassIPCError? {
        do throws(GreengrassIPCError) {
            _ = try GreengrassIPCConfiguration(environment: { environment[$0] })
            return nil
        } catch {
            return error
        }
    }

    @Test func theEnvironmentOfAComponentIsEnough() throws {
        let environment = [Self.socket: "/greengrass/v2/ipc.socket", Self.token: "TOKEN"]
        let configuration = try GreengrassIPCConfiguration(environment: { environment[$0] })
        #expect(configuration.socketPath == "/greengrass/v2/ipc.socket")
        guard case .svcuid("TOKEN") = configuration.authentication else {
            Issue.record("another authentication")
            return
        }
        #expect(configuration.frameLimit == .classic)
    }

    @Test(arguments: [
        ([:], socket), ([token: "T"], socket), ([socket: "", token: "T"], socket),
        ([socket: "/s"], token), ([socket: "/s", token: ""], token),
    ])
    func whatIsMissingIsNamed(_ environment: [String: String], _ name: String) throws {
        let error = try #require(fault(of: environment))
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(name))
    }

    @Test func aPathHas107BytesAtMost() throws {
        let longest = "/" + String(repeating: "p", count: 106)
        #expect(fault(of: [Self.socket: longest, Self.token: "SECRET"]) == nil)
        let error = try #require(fault(of: [Self.socket: longest + "p", Self.token: "SECRET"]))
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("108 bytes"))
        #expect(!error.description.contains("SECRET"))
        // Bytes, not characters.
        let accents = "/" + String(repeating: "é", count: 54)
        #expect(fault(of: [Self.socket: accents, Self.token: "T"])?.code == .invalidConfiguration)
    }

    @Test func theRelativePathOfALongRootIsTaken() throws {
        #expect(fault(of: [Self.socket: "../../ipc.socket", Self.token: "T"]) == nil)
    }

    @Test(arguments: ["", "/tmp/a\u{0}b"])
    func aPathThatCanNeverBeIsRefusedAtOnce(_ path: String) {
        let configuration = GreengrassIPCConfiguration(socketPath: path, authentication: .svcuid("T"))
        #expect(throws: GreengrassIPCError.self) { try GreengrassIPCClient(configuration) }
    }

    @Test(arguments: [
        ("/var/lib/greengrass/gg-ipc.socket", 10_000), ("gg-ipc.socket", 10_000),
        ("/greengrass/v2/ipc.socket", 16 << 20), ("../../ipc.socket", 16 << 20),
    ])
    func liteIsKnownByItsSocketsName(_ path: String, _ limit: Int) {
        let configuration = GreengrassIPCConfiguration(socketPath: path, authentication: .componentName("c"))
        #expect(configuration.frameLimit.byteCount == limit)
    }

    @Test(
        arguments: [
            (.svcuid("T"), .classic, nil, .soon), (.svcuid("T"), .lite, nil, .never),
            (.componentName("C"), .classic, nil, .never), (.svcuid("T"), .lite, .classic, .soon),
            (.svcuid("T"), .classic, .lite, .never), (.svcuid("T"), .bytes(10_000), nil, .soon),
        ]
            as [(
                GreengrassIPCConfiguration.Authentication, GreengrassIPCConfiguration.FrameLimit,
                GreengrassIPCConfiguration.Nucleus?, SubscriptionOptions.Renewal
            )]
    )
    func earlyRenewalsAreForNucleiThatNeedThem(
        _ authentication: GreengrassIPCConfiguration.Authentication,
        _ frameLimit: GreengrassIPCConfiguration.FrameLimit,
        _ nucleus: GreengrassIPCConfiguration.Nucleus?,
        _ renewal: SubscriptionOptions.Renewal
    ) {
        var configuration = GreengrassIPCConfiguration(socketPath: "/s", authentication: authentication)
        configuration.frameLimit = frameLimit
        configuration.nucleus = nucleus
        #expect(configuration.renewal(of: OperationDescriptor("aws.greengrass#SubscribeToIoTCore")) == renewal)
        #expect(configuration.renewal(of: OperationDescriptor("aws.greengrass#SubscribeToTopic")) == .never)
    }
}
