// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// What one line of the proxy's output says.
///
/// The proxy tells its state in its log alone: its exit code is 0 for a closed tunnel and for a refused token alike.
/// Lines are known by their text; time, thread and level in front of it changed between versions.
enum LocalproxyLine: Hashable, Sendable {
    /// The proxy runs in destination mode.
    case started
    /// An attempt to connect begins.
    case connecting(endpoint: String)
    /// The service's name of the session, which AWS's support asks for.
    case sessionID(String)
    /// The connection to the service stands.
    case connected
    /// The tunnel's services agree with those mapped.
    case mappingAccepted
    /// A connection to a local service was made.
    case streamOpened(endpoint: String)
    /// A connection to a local service ended.
    case streamClosed(endpoint: String)
    /// A local service does not answer.
    case localServiceUnreachable(String)
    /// The service closed the tunnel.
    case closed(code: Int?, reason: String)
    /// The service answered the handshake with this HTTP status.
    case refused(status: Int, text: String)
    /// The service cannot be reached.
    case networkError(String)
    /// The service is not who it should be, or TLS failed otherwise.
    case tlsError(String)
    /// The web proxy on the way does not play along.
    case webProxyError(String)
    /// The other end speaks another version, or of another service.
    case invalidServiceID(String)
    /// The connection to the service was lost.
    case dropped(String)
    /// The tunnel's services differ from those mapped.
    case wrongConfiguration(String)
    /// The proxy does not take its arguments.
    case usage(String)
    /// The proxy gives up for another reason.
    case fatal(String)
    /// Anything else.
    case other(String)

    /// Classifies one line, without its line break.
    init(_ line: some StringProtocol) {
        let (level, text) = Self.split(Substring(line))
        if let known = Self.lifecycle(text) ?? Self.stream(text) ?? Self.failure(text) {
            self = known
        } else if level == "fatal" {
            self = .fatal(String(text))
        } else if level == nil, Self.usageBeginnings.contains(where: text.hasPrefix) {
            self = .usage(String(text))
        } else {
            self = .other(String(text))
        }
    }

    /// The level and the text behind `[time] (0x…) [level] ` or, before version 3.2, `[time]{process}[level]    `.
    static func split(_ line: Substring) -> (level: Substring?, text: Substring) {
        guard var rest = dropGroup(line, "[", "]") else { return (nil, line) }
        rest = dropGroup(rest, "(", ")") ?? dropGroup(rest, "{", "}") ?? rest
        guard let text = dropGroup(rest, "[", "]") else { return (nil, line) }
        let level = rest.dropFirst().prefix { $0 != "]" }
        return (level, text)
    }

    /// What follows a leading bracketed group and the blanks behind it.
    private static func dropGroup(_ text: Substring, _ opening: Character, _ closing: Character) -> Substring? {
        guard text.first == opening, let end = text.firstIndex(of: closing) else { return nil }
        return text[text.index(after: end)...].drop { $0 == " " }
    }

    private static let usageBeginnings = [
        "the option ", "the argument ", "unrecognised option ", "Must specify one ", "Mode value is wrong!",
        "Try 'localproxy ",
    ]
}

extension LocalproxyLine {
    private static func lifecycle(_ text: Substring) -> LocalproxyLine? {
        if text.hasPrefix("Starting proxy in destination mode") { return .started }
        if let endpoint = text.after("Attempting to establish web socket connection with endpoint ") {
            return .connecting(endpoint: endpoint)
        }
        if let id = text.after("Web socket session ID: ") { return .sessionID(id) }
        if text.hasPrefix("Successfully established websocket connection with proxy server:") { return .connected }
        if text.hasPrefix("Updated port mapping for v1 format:") || text.hasPrefix("Use port mapping:") {
            return .mappingAccepted
        }
        if let rest = text.after("Web socket close received. Code: ") {
            let parts = rest.split(separator: ";", maxSplits: 1)
            let reason = parts.count == 2 ? parts[1].drop { $0 == " " }.after("Reason: ") ?? "" : ""
            return .closed(code: parts.first.flatMap { Int($0) }, reason: reason)
        }
        return nil
    }

    private static func stream(_ text: Substring) -> LocalproxyLine? {
        if let path = text.after("Connected to Unix socket: ") { return .streamOpened(endpoint: path) }
        if let rest = text.after("Connected to ") {
            // "127.0.0.1, port: 22"
            let parts = rest.split(separator: ",", maxSplits: 1)
            guard parts.count == 2, let port = parts[1].after(" port: ") else { return nil }
            return .streamOpened(endpoint: "\(parts[0]):\(port)")
        }
        if let endpoint = text.after("Disconnected from: ") { return .streamClosed(endpoint: endpoint) }
        if text.hasPrefix("Disconnecting... remote endpoint not found") { return .streamClosed(endpoint: "") }
        if let endpoint = text.after("Could not connect to destination ") {
            // The system's text behind the dashes is always "Success".
            let name = endpoint.prefix { $0 != " " }
            return .localServiceUnreachable("nothing answers on \(name)")
        }
        if text.hasPrefix("Could not resolve endpoint ") { return .localServiceUnreachable(String(text)) }
        return nil
    }

    private static func failure(_ text: Substring) -> LocalproxyLine? {
        if let answer = text.after("Proxy server rejected web socket upgrade request:") { return refusal(answer) }
        if text.isWebProxyTrouble { return .webProxyError(String(text)) }
        if text.hasPrefix("Could not perform SSL handshake with proxy server:") { return .tlsError(String(text)) }
        if text.hasPrefix("Could not resolve DNS hostname of proxy host")
            || text.hasPrefix("Could not connect to proxy server:")
        {
            return .networkError(String(text))
        }
        if let id = text.after("Invalid service id received for stream start: ") { return .invalidServiceID(id) }
        if text.hasPrefix("Error from io_ctx::run():") || text.hasPrefix("Failed web socket session ID: ") {
            return .dropped(String(text))
        }
        if text.hasPrefix("Wrong configurations detected in local proxy.") { return .wrongConfiguration(String(text)) }
        return nil
    }

    /// Reads ` (HTTP/1.1 403 Forbidden) "…"`.
    private static func refusal(_ answer: String) -> LocalproxyLine {
        let inside = answer.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        let words = inside.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let status = Int(words[1]) else { return .refused(status: 0, text: answer) }
        var body = answer[inside.endIndex...].drop { $0 != "\"" }.dropFirst()
        if body.last == "\"" { body = body.dropLast() }
        // What the proxy prints when the connection broke before any answer came.
        if status == 200, body.isEmpty { return .dropped("the service dropped the connection during the handshake") }
        let phrase = words.count == 3 ? String(words[2]) : ""
        return .refused(status: status, text: body.isEmpty ? phrase : message(in: String(body)))
    }

    /// The service's sentence within `{"message": "…"}`; anything else as it is.
    private static func message(in body: String) -> String {
        (try? JSONValue(jsonText: body))?["message"]?.stringValue ?? body
    }
}

extension Substring {
    /// What follows a beginning; nil when the text begins otherwise.
    fileprivate func after(_ beginning: String) -> String? {
        hasPrefix(beginning) ? String(dropFirst(beginning.count)) : nil
    }

    fileprivate var isWebProxyTrouble: Bool {
        hasPrefix("HTTP CONNECT request failed with response code:") || hasPrefix("Could not connect to Web Proxy:")
            || hasPrefix("Could not perform SSL handshake with Web Proxy")
            || hasPrefix("Could not connect to proxy server: Failed to establish the TCP connection to the Web proxy")
            || hasPrefix("Could not resolve DNS hostname of Web proxy")
            || hasPrefix("Could not resolve DNS hostname of Web Proxy")
    }
}
