// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The options as given: by command line, then by the file of `--config`, then by the environment.
struct Options {
    private var values: [String: String] = [:]
    /// Whether the access token stands in the arguments, where everybody can read it.
    private(set) var isTokenInArguments = false

    private static let shortNames: [Character: String] = [
        "t": "access-token", "i": "client-token", "r": "region", "e": "proxy-endpoint", "s": "source-listen-port",
        "d": "destination-app", "m": "mode", "b": "local-bind-address", "c": "capath", "k": "no-ssl-host-verify",
        "v": "verbose", "y": "destination-client-type", "h": "help", "V": "version",
    ]
    private static let flags: Set<String> = ["no-ssl-host-verify", "help", "version"]
    private static let longNames = Set(shortNames.values)
        .union(["config", "config-dir", "settings-json", "export-default-settings"])
    private static let variables = [
        "access-token": "AWSIOT_TUNNEL_ACCESS_TOKEN", "client-token": "AWSIOT_TUNNEL_CLIENT_TOKEN",
        "region": "AWSIOT_TUNNEL_REGION", "proxy-endpoint": "AWSIOT_TUNNEL_ENDPOINT",
    ]

    static let help = "Allowed options:\n" + longNames.sorted().map { "  --\($0)\n" }.joined()

    init(arguments: [String]) throws(Failure) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            try take(argument, &rest)
        }
        if isHelp || isVersion { return }
        isTokenInArguments = values["access-token"] != nil
        if let path = values["config"] { try readFile(path) }
        for (name, variable) in Self.variables where values[name] == nil {
            if let value = getenv(variable) { values[name] = String(cString: value) }
        }
    }

    subscript(_ name: String) -> String? { values[name] }

    var isHelp: Bool { values["help"] != nil }
    var isVersion: Bool { values["version"] != nil }

    private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>) throws(Failure) {
        if argument.hasPrefix("--") {
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard Self.longNames.contains(name) else { throw .usage("unrecognised option '--\(name)'") }
            try set(name, attached: parts.count == 2 ? String(parts[1]) : nil, &rest)
        } else if argument.hasPrefix("-"), let letter = argument.dropFirst().first {
            guard let name = Self.shortNames[letter] else { throw .usage("unrecognised option '-\(letter)'") }
            let attached = String(argument.dropFirst(2))
            try set(name, attached: attached.isEmpty ? nil : attached, &rest)
        } else {
            throw .usage("too many positional options have been specified on the command line")
        }
    }

    private mutating func set(_ name: String, attached: String?, _ rest: inout ArraySlice<String>) throws(Failure) {
        if Self.flags.contains(name) {
            values[name] = ""
            return
        }
        guard let value = attached ?? rest.popFirst() else {
            throw .usage("the required argument for option '--\(name)' is missing")
        }
        guard values[name] == nil else { throw .usage("option '--\(name)' cannot be specified more than once") }
        values[name] = value
    }

    /// Lines `key = value`; `#` begins a comment, `[section]` is skipped. What the arguments said stays.
    private mutating func readFile(_ path: String) throws(Failure) {
        guard let text = Self.contents(of: path) else {
            throw .usage("can not read options configuration file '\(path)'")
        }
        var found: [String: String] = [:]
        for line in text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            let content = Self.trimmed(line.prefix { $0 != "#" })
            if content.isEmpty || content.hasPrefix("[") { continue }
            let parts = content.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw .usage("the options configuration file contains an invalid line '\(content)'")
            }
            let name = String(Self.trimmed(parts[0]))
            guard Self.longNames.contains(name) else { throw .usage("unrecognised option '\(name)'") }
            found[name] = String(Self.trimmed(parts[1]))
        }
        values.merge(found) { argument, _ in argument }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }

    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
