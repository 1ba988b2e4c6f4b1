// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import GreengrassRecipe

/// `ggipc simulate`.
enum SimulateCommand {
    /// Serves until a signal comes or the component ends; answers the exit status.
    static func run(_ arguments: ParsedArguments) throws -> Int32 {
        let options = try SimulateOptions(arguments)
        return try EventLoop.run { loop in try await serve(options, on: loop) }
    }

    private static func serve(_ options: SimulateOptions, on loop: EventLoop) async throws -> Int32 {
        var configuration = options.configuration
        configuration.onFinding = { CurrentProcess.write("finding: \($0)\n", to: 2) }
        let requests = LifecycleRequests()
        configuration.onLifecycleRequest = { requests.handler?($0) }
        let simulator = try await NucleusSimulator.start(configuration, on: loop)
        if !configuration.faults.isEmpty {
            // With the seed of random ones, to repeat them.
            let faults = configuration.faults.map(\.description).joined(separator: ", ")
            CurrentProcess.write("ggipc: faults: \(faults)\n", to: 2)
        }
        let outcome: Result<Int32, any Error>
        do {
            outcome = .success(try await serve(options, simulator, requests, loop))
        } catch {
            outcome = .failure(error)
        }
        requests.handler = nil
        let findings = await simulator.findings
        await simulator.stop()
        CurrentProcess.write(FindingsSummary(findings).text, to: 2)
        let status = try outcome.get()
        return options.isStrict && !findings.isEmpty ? 1 : status
    }

    private static func serve(
        _ options: SimulateOptions,
        _ simulator: NucleusSimulator,
        _ requests: LifecycleRequests,
        _ loop: EventLoop
    ) async throws -> Int32 {
        let environments = try await environments(of: simulator)
        let signals = try StopSignals(loop)
        defer { signals.close() }
        guard
            !options.command.isEmpty || options.recipe?.manifest.lifecycle[.run] != nil
                || options.recipe?.manifest.lifecycle[.startup] != nil
        else {
            CurrentProcess.write(exports(environments), to: 1)
            await signals.first()
            return 0
        }
        let place = try ComponentPlace(environments[0].component, root: options.root)
        let result: Result<Int32, any Error>
        do {
            let runner = ScriptRunner(
                environment: place.environment(environments[0].values, options.configuration.dialect),
                directory: place.work,
                loop: loop
            )
            let program = try await program(options, simulator, place, loop)
            result = .success(try await run(program, runner, options, simulator, requests, signals))
        } catch {
            result = .failure(error)
        }
        try await place.remove(loop)
        return try result.get()
    }

    private static func run(
        _ program: ComponentProgram,
        _ runner: ScriptRunner,
        _ options: SimulateOptions,
        _ simulator: NucleusSimulator,
        _ requests: LifecycleRequests,
        _ signals: StopSignals
    ) async throws -> Int32 {
        let supervisor = Supervisor(
            program,
            runner,
            dialect: options.configuration.dialect,
            relaunches: options.relaunches,
            loop: runner.loop
        )
        let name = simulator.configuration.components[0].name
        supervisor.report = { try? await simulator.setState($0, of: name) }
        requests.handler = { request in
            guard request.component.lowercased() == name.lowercased() else { return }
            supervisor.end(request.isRestart ? .restart : .stop)
        }
        if signals.received != nil { supervisor.end(.stop) }
        signals.action = { _ in supervisor.end(.stop) }
        return try await supervisor.run()
    }

    private static func program(
        _ options: SimulateOptions,
        _ simulator: NucleusSimulator,
        _ place: ComponentPlace,
        _ loop: EventLoop
    ) async throws -> ComponentProgram {
        guard options.command.isEmpty, let file = options.recipe else {
            return ComponentProgram(command: options.command)
        }
        let artifacts = try await UnpackedArtifacts(file, root: place.root, loop)
        let configuration = simulator.configuration
        let variables = RecipeVariables(
            component: RecipeVariables.Values(
                configuration: configuration.components[0].configuration,
                artifactsPath: artifacts.path,
                decompressedPath: artifacts.decompressedPath,
                workPath: place.work
            ),
            rootPath: place.root,
            thingName: configuration.thingName,
            isLite: configuration.dialect == .lite
        )
        return try ComponentProgram(file.manifest, variables)
    }

    private struct Environment {
        var component: String
        var values: [String: String]
    }

    private static func environments(of simulator: NucleusSimulator) async throws -> [Environment] {
        var environments: [Environment] = []
        for component in simulator.configuration.components {
            let values = try await simulator.environment(forComponent: component.name)
            environments.append(Environment(component: component.name, values: values))
        }
        return environments
    }

    /// The first component's environment as shell commands; of the others the token, as comments.
    private static func exports(_ environments: [Environment]) -> String {
        var text = "# \(environments[0].component)\n" + ComponentEnvironment.exports(environments[0].values)
        for environment in environments.dropFirst() {
            text +=
                "# \(environment.component): SVCUID=\(ComponentEnvironment.quoted(environment.values["SVCUID"] ?? ""))\n"
        }
        return text
    }
}

/// Who hears of RestartComponent and StopComponent.
private final class LifecycleRequests: @unchecked Sendable {
    // Safety: used on the loop's thread only, where the simulator runs too.
    var handler: ((LifecycleRequest) -> Void)?
}

/// Where a component lives on the device.
private struct ComponentPlace {
    let component: String
    let root: String
    let work: String
    private let isTemporary: Bool

    init(_ component: String, root: String?) throws {
        self.component = component
        isTemporary = root == nil
        self.root = try root ?? Files.makeTemporaryDirectory(prefix: "ggipc-root-")
        let parent = self.root + "/work"
        work = "\(parent)/\(component)"
        for path in [self.root, parent, work] { try Files.makeDirectory(path) }
    }

    func environment(_ values: [String: String], _ dialect: Dialect) -> [String: String] {
        var values = values
        values["GG_ROOT_CA_PATH"] = values["GG_ROOT_CA_PATH"] ?? root + "/rootCA.pem"
        if dialect == .classic {
            values["AWS_GG_FIPS_MODE"] = values["AWS_GG_FIPS_MODE"] ?? "false"
            values["AWS_USE_FIPS_ENDPOINT"] = values["AWS_USE_FIPS_ENDPOINT"] ?? "false"
        }
        return values
    }

    /// Takes a temporary place away, with what the component has left there.
    func remove(_ loop: EventLoop) async throws {
        guard isTemporary else { return }
        let removal = try ChildConfiguration(command: ["rm", "-rf", root], environment: [:])
        _ = await (try RunningCommand(removal, loop)).end()
    }
}
