// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor

/// The developers' command: one thread, which runs the event loop where a verb needs it.
@main
enum Main {
    static let program = "ggipc"

    static func main() {
        // Before anything else: signals arrive as events only where every thread blocks them.
        SignalSource.block([SignalSource.terminate, SignalSource.interrupt])
        SignalSource.ignoreBrokenPipes()
        CurrentProcess.exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Answers the exit status: 0, 1 for what went wrong, 2 for a wrong command line, or a command's own.
    static func run(_ arguments: [String]) -> Int32 {
        do {
            guard let name = arguments.first else {
                CurrentProcess.write(Verb.overview, to: 2)
                return 2
            }
            if ["--help", "-h", "help"].contains(name) {
                CurrentProcess.write(Verb.overview, to: 1)
                return 0
            }
            guard let verb = Verb(rawValue: name) else {
                throw Suggestion.unknown("command", name, among: Verb.allCases.map(\.rawValue))
            }
            return try run(verb, Array(arguments.dropFirst()))
        } catch let error as UsageError {
            CurrentProcess.write("\(program): \(error)\n\(program) --help lists the commands\n", to: 2)
            return 2
        } catch {
            CurrentProcess.write("\(program): \(error)\n", to: 2)
            return 1
        }
    }

    private static func run(_ verb: Verb, _ words: [String]) throws -> Int32 {
        let arguments: ParsedArguments
        do {
            arguments = try ParsedArguments(words, verb.syntax)
        } catch {
            CurrentProcess.write("\(program): \(error)\n\(verb.syntax.usage(program: program))\n", to: 2)
            return 2
        }
        if arguments.wantsHelp {
            CurrentProcess.write(verb.syntax.help(program: program), to: 1)
            return 0
        }
        switch verb {
        case .decode: return try DecodeCommand(arguments).run()
        case .encode: return try EncodeCommand(arguments).run()
        case .record: return try RecordCommand(arguments).run()
        case .replay: return try ReplayCommand(arguments).run()
        case .call: return try CallCommand(arguments).run()
        case .subscribe: return try SubscribeCommand(arguments).run()
        case .simulate: return try SimulateCommand.run(arguments)
        }
    }
}

/// What ends a command with exit status 1, or another one.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
