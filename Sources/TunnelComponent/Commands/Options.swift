// SPDX-License-Identifier: Apache-2.0

/// The agent's command line.
struct Options: Hashable, Sendable {
    /// What to do.
    enum Verb: String, Hashable, Sendable, CaseIterable {
        case run
        case plan
        case check
        case status
        case help
        case version
    }

    /// A command line that makes no sense, with the word that makes none.
    struct UsageError: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    var verb = Verb.run
    var thingName: String?
    var configurationPath: String?
    var notificationPath: String?
    var statusPath: String?
    var logLevel: LogLevel?

    /// - Parameter arguments: without the program's name.
    init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        if let first = rest.first, !first.hasPrefix("-") {
            guard let verb = Verb(rawValue: first) else {
                throw UsageError(description: "unknown command '\(first)'; there are run, plan, check and status")
            }
            self.verb = verb
            rest = rest.dropFirst()
        }
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            switch name {
            case "--help", "-h": verb = .help
            case "--version", "-V": verb = .version
            case "--thing-name", "--configuration", "--notification", "--log-level",
                "--status-file":
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst(), !value.isEmpty else {
                    throw UsageError(description: "\(name) needs a value")
                }
                try set(name, value)
            default: throw UsageError(description: "unknown option '\(name)'")
            }
        }
        if notificationPath != nil, [.run, .check, .status].contains(verb) {
            throw UsageError(description: "--notification goes with plan")
        }
        if statusPath != nil, [.run, .check, .plan].contains(verb) {
            throw UsageError(description: "--status-file goes with status; for run set statusFile in the configuration")
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--thing-name": thingName = value
        case "--configuration": configurationPath = value
        case "--notification": notificationPath = value
        case "--status-file": statusPath = value
        default:
            guard let level = LogLevel(named: value) else {
                throw UsageError(description: "--log-level takes debug, info, warning or error, not '\(value)'")
            }
            logLevel = level
        }
    }

    static let help = """
        Usage: iot-tunnel-agent [run | plan | check | status] [options]

        run    hear tunnel notifications through the Greengrass nucleus and launch localproxy for them (the default)
        plan   read a notification and print what would be launched, or why it is refused
        check  look at configuration, localproxy, network, nucleus and services, and say what to mend
        status show what the running agent does: its tunnels and counters

        --thing-name NAME      the thing whose notifications to hear; else AWS_IOT_THING_NAME
        --configuration FILE   JSON in place of the component's configuration
        --notification FILE    for plan: the notification; else standard input
        --status-file FILE     for status: the agent's file; else .iot-tunnel-agent-status.json of this directory
        --log-level LEVEL      debug, info, warning or error; else logLevel of the configuration
        --help, --version

        Exit status: 0 stopped by a signal, allowed (plan), nothing to mend (check), running (status); 1 refused, by the
        nucleus or by the policy, something to mend (check), no agent there (status); 64 a wrong
        command line; 78 a missing variable or a wrong configuration file.

        """
}

/// The codes that the process exits with.
enum ExitCode {
    static let success: Int32 = 0
    static let refused: Int32 = 1
    static let usage: Int32 = 64
    static let configuration: Int32 = 78
}
