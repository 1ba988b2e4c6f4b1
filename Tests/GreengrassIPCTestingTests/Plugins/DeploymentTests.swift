// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Deployments", .timeLimit(.minutes(1)))
struct DeploymentTests {
    private static let configuration: JSONValue = ["leaf": "a", "Setting": ["number": 7]]

    /// A component that has subscribed to everything: updates on stream 1, validations on 2, its configuration on 3.
    private struct Subscribed {
        var harness: Harness
        var connection: Int
        var stream: Int32 = 3

        init(_ dialect: Dialect = .classic) {
            harness = Harness(dialect, configuration: DeploymentTests.configuration)
            connection = harness.login()
            guard dialect == .classic else { return }
            _ = call("SubscribeToComponentUpdates", 1)
            _ = call("SubscribeToValidateConfigurationUpdates", 2)
            _ = call("SubscribeToConfigurationUpdate", 3, #"{"keyPath":[]}"#)
        }

        mutating func call(_ operation: String, _ stream: Int32, _ request: String = "{}") -> [Harness.Event] {
            harness.send(ClientFrame.call(stream, operation, request), on: connection)
        }

        mutating func call(_ operation: String, _ request: String = "{}") -> [Harness.Event] {
            stream += 1
            return call(operation, stream, request)
        }

        mutating func deploy(_ deployment: SimulatedDeployment) -> String {
            let id = harness.nucleus.startDeployment(deployment, now: harness.now)
            harness.advance(.milliseconds(10))
            return id
        }

        mutating func events() -> [Harness.Event] { harness.take(connection) }

        mutating func pass(_ time: Duration) -> [Harness.Event] {
            harness.advance(time)
            return events()
        }

        func report(_ id: String) -> DeploymentReport? { harness.nucleus.deploymentReport(id) }
    }

    private static func validity(_ status: String, _ id: String) -> String {
        #"{"configurationValidityReport":{"status":"\#(status)","deploymentId":"\#(id)","message":"no"}}"#
    }

    @Test("A deployment that notifies: update, validation, changes, end, in this order")
    func notifying() throws {
        var component = Subscribed()
        let id = component.deploy(.init(component: Harness.component, merge: ["leaf": "b", "new": 1]))
        let pre = component.events()
        #expect(pre.map(\.shape) == ["ComponentUpdatePolicyEvents"])
        #expect(pre.first?.json?["preUpdateEvent"] == ["deploymentId": .string(id), "isGgcRestarting": false])
        let validation = component.call("DeferComponentUpdate", #"{"deploymentId":"\#(id)","recheckAfterMs":0}"#)
        #expect(validation.map(\.shape) == ["DeferComponentUpdateResponse", "ValidateConfigurationUpdateEvents"])
        let asked = validation.last?.json?["validateConfigurationUpdateEvent"]
        #expect(asked?["configuration"] == ["leaf": "b", "new": 1, "Setting": ["number": 7]])
        let arn = try #require(asked?["deploymentId"]?.stringValue)
        #expect(arn.hasPrefix("arn:aws:greengrass:us-east-1:"))
        let end = component.call("SendConfigurationValidityReport", Self.validity("ACCEPTED", arn))
        #expect(
            end.map(\.shape) == ["SendConfigurationValidityReportResponse"]
                + Array(repeating: "ConfigurationUpdateEvents", count: 3) + ["ComponentUpdatePolicyEvents"]
        )
        // A leaf that changes is told once, one that is new twice.
        let paths = end.compactMap { $0.json?["configurationUpdateEvent"]?["keyPath"] }
        #expect(paths == [["leaf"], ["new"], ["new"]])
        #expect(end.last?.json?["postUpdateEvent"]?["deploymentId"]?.stringValue == id)
        _ = component.pass(.milliseconds(10))
        let report = component.report(id)
        #expect(report?.status == .succeeded)
        #expect(report?.updateAnswers == [Harness.component: [.ready]])
        #expect(report?.validityAnswers == [Harness.component: .accepted])
    }

    @Test("Who asks for time is asked again; who does not answer, or not fully, costs the whole timeout")
    func answers() {
        var component = Subscribed()
        let id = component.deploy(
            .init(component: Harness.component, merge: ["leaf": "a"], timeout: .seconds(5))
        )
        _ = component.events()
        let later = #"{"deploymentId":"\#(id)","recheckAfterMs":3000}"#
        #expect(component.call("DeferComponentUpdate", later).count == 1)
        #expect(component.call("DeferComponentUpdate", later).first?.shape == "ServiceError")
        #expect(component.pass(.milliseconds(2999)).isEmpty)
        #expect(component.pass(.milliseconds(1)).count == 1)
        #expect(component.call("DeferComponentUpdate", #"{"deploymentId":"\#(id)"}"#).count == 1)
        #expect(component.pass(.milliseconds(4999)).isEmpty)
        #expect(component.pass(.milliseconds(1)).map(\.shape) == ["ComponentUpdatePolicyEvents"])
        #expect(component.report(id)?.updateAnswers == [Harness.component: [.deferred(.seconds(3)), .incomplete]])
    }

    @Test("One answer serves one of a component's streams")
    func twoStreams() {
        var component = Subscribed()
        _ = component.call("SubscribeToComponentUpdates")
        let id = component.deploy(.init(timeout: .seconds(5)))
        #expect(component.events().count == 2)
        _ = component.call("DeferComponentUpdate", #"{"deploymentId":"\#(id)","recheckAfterMs":0}"#)
        #expect(component.report(id)?.status == .inProgress)
        #expect(component.pass(.seconds(5)).count == 2)
        #expect(component.report(id)?.updateAnswers == [Harness.component: [.ready, .none]])
    }

    @Test(
        "Answers that do not count",
        arguments: [
            ("DeferComponentUpdate", #"{"recheckAfterMs":0}"#, "InvalidArgumentsError"),
            ("DeferComponentUpdate", #"{"deploymentId":"no-such","recheckAfterMs":0}"#, "ServiceError"),
            ("SendConfigurationValidityReport", "{}", "ServiceError"),
            ("SendConfigurationValidityReport", validity("ACCEPTED", "no-such"), "InvalidArgumentsError"),
            (
                "SendConfigurationValidityReport", #"{"configurationValidityReport":{"status":"ACCEPTED"}}"#,
                "InvalidArgumentsError"
            ),
        ]
    )
    func wrongAnswers(operation: String, request: String, shape: String) {
        var component = Subscribed()
        let id = component.deploy(.init(component: Harness.component, merge: ["leaf": "b"]))
        _ = component.events()
        #expect(component.call(operation, request).map(\.shape) == [shape])
        #expect(component.report(id)?.status == .inProgress)
    }

    @Test(
        "A local deployment whose new configuration is refused, or not looked at",
        arguments: [("REJECTED", Duration.zero), (nil, .seconds(20)), ("MAYBE", .zero)] as [(String?, Duration)]
    )
    func validation(status: String?, wait: Duration) throws {
        var component = Subscribed()
        let request =
            #"{"componentToConfiguration":{"\#(Harness.component)":{"MERGE":{"leaf":"b"},"RESET":["/Setting"]}}}"#
        let created = component.call("CreateLocalDeployment", request)
        let id = try #require(created.first?.json?["deploymentId"]?.stringValue)
        // Local deployments ask about configurations, and notify nobody.
        #expect(component.pass(.milliseconds(10)).map(\.shape) == ["ValidateConfigurationUpdateEvents"])
        if let status { _ = component.call("SendConfigurationValidityReport", Self.validity(status, id)) }
        _ = component.pass(wait)
        _ = component.pass(.milliseconds(10))
        let answer = component.call("GetLocalDeploymentStatus", #"{"deploymentId":"\#(id)"}"#).first?.json
        let isAccepted = status == "MAYBE"
        #expect(answer?["deployment"]?["status"]?.stringValue == (isAccepted ? "SUCCEEDED" : "FAILED"))
        #expect(component.harness.nucleus.configurations[Harness.component]?["leaf"] == (isAccepted ? "b" : "a"))
        let details = answer?["deployment"]?["deploymentStatusDetails"]
        #expect(
            details?["detailedDeploymentStatus"]?.stringValue == (isAccepted ? "SUCCESSFUL" : "FAILED_NO_STATE_CHANGE")
        )
    }

    @Test("RESET goes back to what was deployed first")
    func reset() {
        var component = Subscribed()
        let change = SimulatedDeployment(
            component: Harness.component,
            merge: ["leaf": "b", "fresh": ["a": 1]],
            notifyComponents: false
        )
        // Nobody answers the validation, so nobody must be asked.
        _ = component.harness.send(ClientFrame.terminate(2), on: component.connection)
        _ = component.deploy(change)
        _ = component.pass(.milliseconds(10))
        _ = component.deploy(
            .init(component: Harness.component, reset: ["/leaf", "/fresh"], notifyComponents: false)
        )
        let paths = component.events().compactMap { $0.json?["configurationUpdateEvent"]?["keyPath"] }
        #expect(paths == [["leaf"], ["fresh"]])
        #expect(component.harness.nucleus.configurations[Harness.component] == Self.configuration)
    }

    @Test("A deployment that is canceled tells those whom it had told")
    func cancel() {
        var component = Subscribed()
        let id = component.deploy(.init())
        _ = component.events()
        guard let index = component.harness.nucleus.deployments.index(of: id) else { return }
        let isCanceled = component.harness.nucleus.cancel(index)
        #expect(isCanceled)
        #expect(component.pass(.milliseconds(10)).first?.json?["postUpdateEvent"] != nil)
        #expect(component.report(id)?.status == .canceled)
    }

    @Test("Lite deploys what it is asked to, as an object or as text, and serves nothing else of it")
    func lite() {
        for change in [#"{"MERGE":{"leaf":"b"}}"#, #""{\"MERGE\":{\"leaf\":\"b\"}}""#] {
            var component = Subscribed(.lite)
            let request = #"{"componentToConfiguration":{"\#(Harness.component)":\#(change)}}"#
            #expect(component.call("CreateLocalDeployment", request).first?.json?["deploymentId"] != nil)
            _ = component.pass(.milliseconds(10))
            #expect(component.harness.nucleus.configurations[Harness.component]?["leaf"] == "b")
            #expect(
                component.call("ListLocalDeployments").first?.payload == #"{"_message":"","_errorCode":"ServiceError"}"#
            )
        }
        var component = Subscribed(.lite)
        let wrong = component.call("CreateLocalDeployment", #"{"componentToConfiguration":{"a":7}}"#)
        #expect(wrong.first?.shape == "ServiceError")
    }

    @Test("Dates as the nucleus writes them")
    func dates() {
        #expect(DeploymentText.date(1_795_495_895_000) == "24-11-2026 04:51:35 UTC")
        #expect(DeploymentText.date(0) == "01-01-1970 00:00:00 UTC")
        #expect(DeploymentText.date(951_782_400_000) == "29-02-2000 00:00:00 UTC")
    }

    @Test("A recipe that is no JSON fails the deployment that brings it", arguments: ["{no", "[]", "{}", nil])
    func recipe(text: String?) async throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "recipes-")
        defer { Files.remove(directory + "/a-1.0.0.json") }
        if let text { try Files.replace(directory + "/a-1.0.0.json", with: Array(text.utf8)) }
        var setup = NucleusSimulator.Configuration(components: [SimulatedComponent(name: Harness.component)])
        setup.availableComponents = [SimulatedComponent(name: "a", version: "1.0.0")]
        let simulator = try await NucleusSimulator.start(setup)
        let client = try await WireClient.login(to: simulator, as: Harness.component)
        let request = #"{"recipeDirectoryPath":"\#(directory)","rootComponentVersionsToAdd":{"a":"1.0.0"}}"#
        let created = await client.call(ClientFrame.call(1, "CreateLocalDeployment", request))
        let id = try #require(created.json?["deploymentId"]?.stringValue)
        try await simulator.waitForDeployment(id, timeout: .seconds(50))
        let status = await client.call(ClientFrame.call(2, "GetLocalDeploymentStatus", #"{"deploymentId":"\#(id)"}"#))
        let isGood = text == nil || text == "{}"
        #expect(status.json?["deployment"]?["status"]?.stringValue == (isGood ? "SUCCEEDED" : "FAILED"))
        let stack = status.json?["deployment"]?["deploymentStatusDetails"]?["deploymentErrorStack"]?.arrayValue
        #expect(stack?.last == (isGood ? nil : "IO_MAPPING_ERROR"))
        await simulator.stop()
    }

    @Test("Through the simulator's own interface")
    func simulator() async throws {
        let component = SimulatedComponent(name: Harness.component, configuration: ["leaf": "a"])
        let simulator = try await NucleusSimulator.start(.init(components: [component]))
        let client = try await WireClient.login(to: simulator, as: Harness.component)
        _ = await client.call(ClientFrame.call(1, "SubscribeToComponentUpdates"))
        async let report = simulator.deploy(.init(component: Harness.component, merge: ["leaf": "b"]))
        let id = await client.next().json?["preUpdateEvent"]?["deploymentId"]?.stringValue ?? ""
        await client.send(
            ClientFrame.call(2, "DeferComponentUpdate", #"{"deploymentId":"\#(id)","recheckAfterMs":0}"#)
        )
        let end = try await report
        #expect(end.status == .succeeded)
        #expect(end.updateAnswers == [Harness.component: [.ready]])
        let configuration = await simulator.configuration(of: Harness.component)
        #expect(configuration == ["leaf": "b"])
        await simulator.stop()
    }
}
