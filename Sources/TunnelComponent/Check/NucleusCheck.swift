// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// The checks that ask the nucleus: its configuration for this component, and whether it lets it subscribe.
struct NucleusCheck: Sendable {
    let thingName: String?
    let loop: EventLoop
    var limit = Duration.seconds(10)

    /// What came of it.
    struct Result: Sendable {
        /// Nil when it could not be read.
        var configuration: JSONValue?
        var findings: [CheckFinding] = []
        /// When the subscription that was tried was given up; nil when there was none.
        var subscribedUntil: Instant?
    }

    /// The classic nucleus forgets a filter only with the broker's UNSUBACK; whoever subscribes to it before that is
    /// answered and hears nothing. Who starts the agent when the check has ended is to come later.
    static let forgetting = Duration.seconds(1)

    func run() async -> Result {
        let client: GreengrassIPCClient
        do throws(GreengrassIPCError) {
            client = try GreengrassIPCClient(try GreengrassIPCConfiguration.fromEnvironment(), on: loop)
        } catch {
            return Result(
                findings: [
                    CheckFinding(
                        .warning,
                        "nucleus",
                        "not tried: \(error.message)",
                        remedy: "for this, run the check as a component does, with its environment"
                    )
                ]
            )
        }
        var result = await withTaskGroup(of: Result?.self) { group in
            group.addTask {
                // It ends by itself only when the nucleus refuses the token.
                do throws(GreengrassIPCError) { try await client.run() } catch { return Self.refused(error) }
                return nil
            }
            group.addTask { await ask(client) }
            var result: Result?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result ?? Result()
        }
        // Only now is the connection closed.
        if result.subscribedUntil != nil { result.subscribedUntil = .now() }
        return result
    }

    private static func refused(_ error: GreengrassIPCError) -> Result? {
        guard error.code != .cancelled else { return nil }
        let remedy =
            "a nucleus that was restarted knows no old token: run the check from a new process of the component"
        return Result(findings: [CheckFinding(.error, "nucleus", error.message, remedy: remedy)])
    }

    private func ask(_ client: GreengrassIPCClient) async -> Result? {
        var result = Result()
        switch await attempt({ try await client.getConfiguration().value ?? .object([:]) }) {
        case .success(let document):
            result.configuration = document
            result.findings.append(CheckFinding(.ok, "nucleus", "it answers"))
        case .failure(let error) where error.code == .resourceNotFound:
            result.configuration = .object([:])
            result.findings.append(CheckFinding(.ok, "nucleus", "it answers; there is no configuration"))
        case .failure(let error):
            guard error.code != .accessDenied else { return nil }
            result.findings.append(
                CheckFinding(.error, "nucleus", error.message, remedy: "start the nucleus, and try again")
            )
            return result
        }
        let notifications = await subscription(client)
        result.findings.append(notifications)
        if notifications.level == .ok { result.subscribedUntil = .now() }
        return result
    }

    private func subscription(_ client: GreengrassIPCClient) async -> CheckFinding {
        guard let thingName, !thingName.isEmpty else {
            return CheckFinding(
                .warning,
                "notifications",
                "not tried, the thing is unknown",
                remedy: "use --thing-name or set AWS_IOT_THING_NAME"
            )
        }
        let topic = "$aws/things/\(thingName)/tunnels/notify"
        let outcome = await attempt {
            try await client.subscribeToIoTCore(topicName: topic, qos: .atLeastOnce) { _ in true }
        }
        switch outcome {
        case .success:
            return CheckFinding(.ok, "notifications", "the nucleus lets the agent subscribe to \(topic)")
        case .failure(let error) where error.code == .unauthorized:
            return CheckFinding(
                .error,
                "notifications",
                error.message,
                remedy: "the component's accessControl must allow aws.greengrass#SubscribeToIoTCore on \(topic)"
            )
        case .failure(let error) where error.code == .timeout:
            return CheckFinding(
                .warning,
                "notifications",
                "no answer within \(limit)",
                remedy: "classic waits for its first MQTT connection: look at the core's network and policy"
            )
        case .failure(let error):
            return CheckFinding(.error, "notifications", error.message)
        }
    }

    /// The operation's result, or `.timeout` when it takes too long.
    private func attempt<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async -> Swift.Result<Value, GreengrassIPCError> {
        await withTaskGroup(of: Swift.Result<Value, GreengrassIPCError>.self) { group in
            group.addTask {
                do {
                    return .success(try await operation())
                } catch {
                    return .failure(error as? GreengrassIPCError ?? GreengrassIPCError(.cancelled, ""))
                }
            }
            group.addTask { [limit, loop] in
                try? await loop.sleep(for: limit)
                return .failure(GreengrassIPCError(.timeout, "no answer within \(limit)"))
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(GreengrassIPCError(.cancelled, ""))
        }
    }
}
