// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// The operations of the command line interface's plugin that are about components.
extension NucleusMachine {
    static let cli = "aws.greengrass.Cli"

    /// Whether a client is the command line interface of a person, not a component.
    static func isCommandLine(_ name: String) -> Bool { name.hasPrefix("greengrass-cli#") }

    /// What the command line interface may do: everything of its own plugin and, until the next deployment, publish and
    /// subscribe.
    mutating func giveRightsOfCommandLine(to name: String, includingTopics: Bool) {
        let all: JSONValue = ["all": ["operations": ["*"], "resources": ["*"]]]
        var document: JSONValue = .object([Self.cli: all])
        if includingTopics {
            document[Self.pubSub] = all
            document[Self.mqttProxy] = all
        }
        accessControls[name] = AccessControl(document, thingName: nil)
    }

    /// The plugin has started anew: everybody's token is another.
    private mutating func renewCommandLines() {
        for name in tokens.keys where Self.isCommandLine(name) {
            setComponent(name, token: dialect.makeToken(using: &random), configuration: [:])
        }
    }

    mutating func forgetRightsOfCommandLines() {
        for name in tokens.keys where Self.isCommandLine(name) {
            giveRightsOfCommandLine(to: name, includingTopics: false)
        }
    }

    /// What the command line interface is told that asks for what only a component has; `nil` if that is not so.
    func refusalOfCommandLine(_ operation: Operation, _ request: Request) -> Reply? {
        let name = request.component
        guard Self.isCommandLine(name) else { return nil }
        let text: String
        switch operation {
        case .updateConfiguration:
            return .failure(.invalidArguments, "Component config not found for component \(name)")
        case .subscribeToConfigurationUpdate where request.text("componentName")?.value == nil:
            return .failure(.resourceNotFound, ClassicText.keyNotFound)
        case .updateState: text = "Component with given name not found"
        case .subscribeToComponentUpdates: text = "Component with given name not found currently in Greengrass"
        default: return nil
        }
        return .failure(
            ServiceFailure(
                code: .resourceNotFound,
                text: text,
                resourceType: "Component",
                resourceName: name,
                isTextSetLate: true
            )
        )
    }

    func listComponents(_ call: ServiceCall, from component: String) -> Reply {
        if let text = objection(to: component, Self.cli, call.operation, on: "*") {
            return .failure(.unauthorized, text)
        }
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.memberName("components")
        json.beginArray()
        for description in nucleusComponents + components.all.map(described) { write(description, to: &json) }
        json.endArray()
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }

    func getComponentDetails(_ call: ServiceCall, _ request: Request) -> Reply {
        switch componentNamed(call, request) {
        case .failure(let refusal): return refusal.reply
        case .success(let description):
            var json = JSONWriter(escaping: dialect.escaping)
            json.beginObject()
            json.memberName("componentDetails")
            write(description, to: &json)
            json.endObject()
            return .success(call.operation, json: json.bytes)
        }
    }

    mutating func restartComponent(_ call: ServiceCall, _ request: Request) -> Reply {
        switch componentNamed(call, request) {
        case .failure(let refusal): return refusal.reply
        case .success(let description):
            components.restart(description.name, now: now)
            lifecycleRequests.append(LifecycleRequest(component: description.name, isRestart: true))
            if description.name == NucleusPlugin.cli.rawValue { renewCommandLines() }
            return .success(call.operation, json: Array(#"{"restartStatus":"SUCCEEDED"}"#.utf8))
        }
    }

    mutating func stopComponent(_ call: ServiceCall, _ request: Request) -> Reply {
        switch componentNamed(call, request) {
        case .failure(let refusal): return refusal.reply
        case .success(let description):
            components.stop(description.name, now: now)
            lifecycleRequests.append(LifecycleRequest(component: description.name, isRestart: false))
            return .success(call.operation, json: Array(#"{"stopStatus":"SUCCEEDED"}"#.utf8))
        }
    }

    mutating func createDebugPassword(_ call: ServiceCall, from component: String) -> Reply {
        if let text = objection(to: component, Self.cli, call.operation, on: "*") {
            return .failure(.unauthorized, text)
        }
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let password = Base64.encode(bytes).filter { $0 != "=" }
            .map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.text("password", String(password))
        json.text("username", "debug")
        json.memberName("passwordExpiration")
        json.any(.double(Double(timeOfDay) / 1000 + 8 * 3600))
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }
}

// Which component is meant, and what is told of it.
extension NucleusMachine {
    private struct Refusal: Error {
        var reply: Reply
    }

    private struct Description {
        var name: String
        var version: String?
        var state: SimulatedComponent.State
        var configuration: JSONValue?
    }

    private func componentNamed(_ call: ServiceCall, _ request: Request) -> Result<Description, Refusal> {
        let isClassic = dialect == .classic
        guard let name = request.text("componentName")?.value, !(isClassic && name.isEmpty) else {
            let text = isClassic ? "Component name cannot be empty" : "Invalid arguments provided."
            return .failure(Refusal(reply: .failure(.invalidArguments, text)))
        }
        if let text = objection(to: request.component, Self.cli, call.operation, on: name) {
            let own = isClassic ? text : "Component not authorized to restart component."
            return .failure(Refusal(reply: .failure(.unauthorized, own)))
        }
        if isClassic, name == "main" { return .success(Description(name: name, state: .finished)) }
        let found =
            components[name].map(described)
            ?? (isClassic ? nucleusComponents.first { $0.name.lowercased() == name.lowercased() } : nil)
        guard let found else {
            let text = isClassic ? "Component with name \(name) not found in Greengrass" : "Component not found."
            return .failure(Refusal(reply: .failure(.resourceNotFound, text)))
        }
        return .success(found)
    }

    private func described(_ entry: ComponentStore.Entry) -> Description {
        Description(
            name: entry.name,
            version: entry.version,
            state: entry.state,
            configuration: configurations[entry.name] ?? [:]
        )
    }

    /// The nucleus, its plugins and what it is made of. The real one tells them in no order that means anything.
    private var nucleusComponents: [Description] {
        let nucleus = Description(
            name: dialect.nucleusComponent,
            version: dialect.version,
            state: .finished,
            configuration: configurations[dialect.nucleusComponent] ?? [:]
        )
        let plugins = NucleusPlugin.allCases.filter(plugins.contains).map {
            Description(
                name: $0.rawValue,
                version: $0.version,
                state: .running,
                configuration: configurations[$0.rawValue] ?? [:]
            )
        }
        let services = ["DeploymentService", "TelemetryAgent", "UpdateSystemPolicyService"].map {
            Description(name: $0, version: "0.0.0", state: .running)
        }
        return [nucleus] + plugins + services + [Description(name: "FleetStatusService", state: .running)]
    }

    private func write(_ description: Description, to json: inout JSONWriter) {
        json.beginObject()
        json.text("componentName", description.name)
        if let version = description.version { json.text("version", version) }
        json.text("state", description.state.rawValue)
        if let configuration = description.configuration {
            json.memberName("configuration")
            json.configuration(configuration, dialect)
        }
        json.endObject()
    }
}

extension NucleusPlugin {
    /// The version that the simulated nucleus has of it.
    var version: String {
        switch self {
        case .cli: "2.12.0"
        case .shadowManager: "2.3.0"
        case .secretManager: "2.2.0"
        case .clientDeviceAuth: "2.6.0"
        }
    }
}
