// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import GreengrassIPCTesting

/// What `ggipc` can do.
enum Verb: String, CaseIterable {
    case simulate
    case record
    case replay
    case decode
    case encode
    case call
    case subscribe

    static var overview: String {
        var text = "usage: ggipc COMMAND [ARGUMENT]…\n\nGreengrass IPC for developers.\n\n"
        for verb in allCases {
            let name = verb.rawValue + String(repeating: " ", count: 10 - verb.rawValue.count)
            text += "  \(name)  \(verb.syntax.summary)\n"
        }
        return text + "\nggipc COMMAND --help tells more.\n"
    }

    var syntax: CommandSyntax {
        switch self {
        case .simulate: Self.simulateSyntax
        case .record: Self.recordSyntax
        case .replay: Self.replaySyntax
        case .decode: Self.decodeSyntax
        case .encode: Self.encodeSyntax
        case .call: Self.callSyntax
        case .subscribe: Self.subscribeSyntax
        }
    }

    private static let simulateSyntax = CommandSyntax(
        "simulate",
        "Serves a simulated Greengrass nucleus on a Unix socket, for a command or for whoever connects",
        options: [
            OptionSyntax("--socket", "PATH", "where to listen; else in a fresh directory"),
            OptionSyntax("--nucleus", "classic|lite", "which nucleus to be; else classic"),
            OptionSyntax("--component", "NAME[=TOKEN]", repeats: true, "a component, with a token of 16 characters"),
            OptionSyntax(
                "--configuration",
                "FILE",
                "the first component's configuration; without accessControl it may do little, as on a device"
            ),
            OptionSyntax("--thing-name", "NAME", "the thing; else AWS_IOT_THING_NAME, else MyThing"),
            OptionSyntax(
                "--recipe",
                "FILE",
                "a component's recipe: name, default configuration, accessControl, scripts"
            ),
            OptionSyntax(
                "--artifacts",
                "FOLDER",
                """
                what the recipe brings, there or in NAME/VERSION below; else greengrass-build's, or beside the recipe.
                A ZIP is unpacked, unless a folder of its name lies beside it
                """
            ),
            OptionSyntax("--root", "FOLDER", "the nucleus's folder, with work/NAME in it; else a fresh one"),
            OptionSyntax(flag: "--once", "start the component no second time when it fails"),
            OptionSyntax(
                "--fault",
                "NAME[:VALUE]",
                repeats: true,
                """
                let something go wrong, how often or how long as VALUE says (late:200ms, corrupt:3,
                random:SEED). NAME is
                \(SimulatedFault.Kind.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))
                """
            ),
            OptionSyntax(flag: "--strict", "exit 1 if the component did what a real nucleus would punish"),
        ],
        takesCommand: true,
        notes: """
            Runs COMMAND, or the recipe's scripts, in a component's working directory and environment: starts it again
            when it fails, up to three times an hour, runs the shutdown script (classic) and sends SIGTERM and then
            SIGKILL when this program is stopped, and exits as it does. Files that COMMAND names are named in full to it. Without COMMAND and recipe it prints
            the environment to export, and serves until it is stopped. Configurations and recipes are JSON or YAML.
            """
    )

    private static let decodeSyntax = CommandSyntax(
        "decode",
        "Shows captured IPC traffic as one JSON object a frame, as a sequence chart or as a web page",
        operands: ["[FILE]"],
        options: [
            OptionSyntax(flag: "--pretty", "indent the JSON"),
            OptionSyntax(flag: "--chart", "a sequence chart in text, without tokens"),
            OptionSyntax("--html", "PAGE", "write a self-contained web page, without tokens"),
            OptionSyntax(flag: "--redact", "replace tokens and secrets"),
            OptionSyntax("--connection", "NUMBER", "only this connection"),
            OptionSyntax("--color", "WHEN", "auto (on a terminal; unless set), always or never"),
        ],
        notes: """
            FILE (else standard input) is a recording in .ndjson, the bytes of one side, hexadecimal digits as xxd,
            hexdump -C and od -t x1 print them, what tcpdump -x prints of a relay's TCP connection, or what
            strace -f -x -s 1000000 prints of a component. The exit status is 1, and the byte offset is named, at the
            first frame that is not as it should be.
            """
    )

    private static let encodeSyntax = CommandSyntax(
        "encode",
        "Turns the JSON of decode back into bytes",
        operands: ["[FILE]"],
        options: [
            OptionSyntax(flag: "--hex", "hexadecimal digits, one frame a line"),
            OptionSyntax(flag: "--ndjson", "a recording, as record writes it"),
        ],
        notes: """
            One JSON object a line. Without "headers" they are made from "type", "flags", "stream" and "operation":
            {"type": "APPLICATION_MESSAGE", "stream": 1, "operation": "GetConfiguration", "payload": {}}
            """
    )

    private static let recordSyntax = CommandSyntax(
        "record",
        "Listens between clients and a nucleus and writes down what passes",
        options: [
            OptionSyntax("--listen", "PATH", "the socket to make for clients"),
            OptionSyntax("--upstream", "PATH", "the nucleus's socket; else that of the component's environment"),
            OptionSyntax("--output", "FILE", "where to write, as .ndjson"),
            OptionSyntax(flag: "--redact", "replace tokens and secrets in the file"),
        ],
        takesCommand: true,
        notes: """
            With COMMAND it runs that with the new socket in its environment and ends with it; without, it runs until
            SIGTERM or SIGINT.
            """
    )

    private static let replaySyntax = CommandSyntax(
        "replay",
        "Plays one side of a recording and checks that the other does what was recorded",
        options: [
            OptionSyntax("--input", "FILE", "the recording"),
            OptionSyntax("--as", "SIDE", "server (unless set) or client"),
            OptionSyntax("--socket", "PATH", "as server: where to listen; as client: where to connect"),
            OptionSyntax("--timeout", "SECONDS", "how long the other side may take for all; 10, as client 60"),
            OptionSyntax(flag: "--paced", "as client: do nothing earlier than in the recording"),
        ],
        takesCommand: true,
        notes: """
            As server it runs COMMAND with a component's environment, the token being the recorded one; as client it
            connects to --socket, or to the socket of the environment, with the environment's token if there is one in
            place of those that were accepted, and compares what the server answers by meaning. Identifiers of
            deployments, sessions and pages are sent as this server has called them.
            The exit status is 1, and the difference is shown, where the other side departs from the recording.
            """
    )

    private static let clientOptions = [
        OptionSyntax("--socket", "PATH", "the nucleus's socket; else that of the component's environment"),
        OptionSyntax(
            "--component",
            "NAME",
            "say who it is by name, not by the environment's SVCUID; Nucleus Lite only"
        ),
        OptionSyntax(flag: "--pretty", "indent the JSON"),
        OptionSyntax("--color", "WHEN", "auto (on a terminal; unless set), always or never"),
    ]

    private static let callSyntax = CommandSyntax(
        "call",
        "Calls an operation and prints its response as one line of JSON",
        operands: ["OPERATION", "[JSON]"],
        options: clientOptions + [
            OptionSyntax("--timeout", "SECONDS", "how long to wait for the answer; 10 unless set")
        ],
        notes: """
            JSON is the request, {} unless given, - for standard input; payloads in it are base64:
            ggipc call PublishToIoTCore '{"topicName": "a/b", "qos": "1", "payload": "aGVsbG8="}'
            The exit status is 1, and the error is on standard error, when the nucleus refuses.
            """
    )

    private static let subscribeSyntax = CommandSyntax(
        "subscribe",
        "Subscribes and prints each event as one line of JSON",
        operands: ["OPERATION", "[JSON]"],
        options: clientOptions + [
            OptionSyntax("--count", "NUMBER", "end after so many events"),
            OptionSyntax("--timeout", "SECONDS", "end after this time; with --count that is exit status 1"),
        ],
        notes: """
            JSON is the request, - for standard input:
            ggipc subscribe SubscribeToIoTCore '{"topicName": "a/+", "qos": "1"}' --count 1
            SIGTERM and SIGINT end it with exit status 0.
            """
    )
}
