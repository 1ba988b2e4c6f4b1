// SPDX-License-Identifier: Apache-2.0

/// What a tunnel's proxy has said so far, as far as it tells how the tunnel ends, and what of it belongs in the log.
struct TunnelJournal: Sendable {
    /// How the tunnel ends according to the proxy; nothing that follows changes it.
    private(set) var verdict: EndReason?
    /// What keeps the proxy from connecting at the moment.
    private(set) var trouble: EndReason?

    private let mappings: [ServiceMapping]
    private var sessionID: String?
    /// The troubles in the log since the last connection: the proxy repeats itself every 2.5 seconds for ever, and some
    /// attempts fail with two lines.
    private var reportedTexts: [String] = []
    private static let rememberedTexts = 8
    private var hasConnectingReport = false

    init(mappings: [ServiceMapping]) {
        self.mappings = mappings
    }

    /// Another process begins; what the last one said no longer counts.
    mutating func beginProcess() {
        verdict = nil
        trouble = nil
        sessionID = nil
        hasConnectingReport = false
    }

    /// Takes a line; returns what to report.
    ///
    /// - Parameter isReconnecting: whether the tunnel was connected before.
    @discardableResult
    mutating func note(_ line: LocalproxyLine, isReconnecting: Bool = false) -> TunnelReport? {
        switch line {
        case .connecting(let endpoint): return connecting(endpoint, isReconnecting: isReconnecting)
        case .sessionID(let id): sessionID = id
        case .connected:
            trouble = nil
            reportedTexts.removeAll()
            return TunnelReport(event: .tunnelConnected, text: sessionID.map { "session \($0)" })
        case .streamOpened(let endpoint):
            return TunnelReport(event: .streamOpened, service: service(at: endpoint))
        case .streamClosed(let endpoint):
            return TunnelReport(event: .streamClosed, service: service(at: endpoint))
        case .localServiceUnreachable(let text):
            return report(.streamClosed, reason: "service-unreachable", text: text)
        case .closed, .refused, .wrongConfiguration, .usage, .fatal:
            return judge(line, isReconnecting: isReconnecting)
        case .networkError, .tlsError, .webProxyError, .invalidServiceID, .dropped:
            return hinder(line, isReconnecting: isReconnecting)
        case .started, .mappingAccepted, .other: break
        }
        return nil
    }

    private mutating func connecting(_ endpoint: String, isReconnecting: Bool) -> TunnelReport? {
        guard !hasConnectingReport else { return nil }
        hasConnectingReport = true
        return TunnelReport(event: isReconnecting ? .reconnecting : .connecting, text: endpoint)
    }

    private mutating func judge(_ line: LocalproxyLine, isReconnecting: Bool) -> TunnelReport? {
        switch line {
        case .refused(let status, let text) where (500...599).contains(status):
            let sentence = "the service answers with HTTP status \(status)" + (text.isEmpty ? "" : ": \(text)")
            return hinder(.networkError(sentence), isReconnecting: isReconnecting)
        case .refused(let status, let text): verdict = verdict ?? .rejected(status: status, text: text)
        case .closed(let code, let text): verdict = verdict ?? .closed(code: code, text: text)
        case .wrongConfiguration(let text), .usage(let text): verdict = verdict ?? .wrongConfiguration(text)
        case .fatal(let text): verdict = verdict ?? .failed(text)
        default: break
        }
        return nil
    }

    private mutating func hinder(_ line: LocalproxyLine, isReconnecting: Bool) -> TunnelReport? {
        let event: LogEvent = isReconnecting ? .reconnecting : .connecting
        switch line {
        case .networkError(let text), .webProxyError(let text):
            trouble = .network(text)
            return report(event, reason: "network", text: text)
        case .tlsError(let text):
            trouble = .tls(text)
            return report(event, reason: "tls", text: text)
        case .dropped(let text):
            // Two lines tell of one loss; the first, or its cause before, is enough.
            if trouble != nil { return nil }
            trouble = .network(text)
            return report(event, reason: "dropped", text: text)
        case .invalidServiceID:
            let text =
                "the tunnel's other end speaks another version; for the console's browser session set"
                + " destinationClientType to V1"
            trouble = .network(text)
            return report(event, reason: "client-type", text: text)
        default: return nil
        }
    }

    /// A warning, unless one said the same before.
    private mutating func report(_ event: LogEvent, reason: String, text: String) -> TunnelReport? {
        guard !reportedTexts.contains(text) else { return nil }
        if reportedTexts.count >= Self.rememberedTexts { reportedTexts.removeFirst() }
        reportedTexts.append(text)
        return TunnelReport(level: .warning, event: event, reason: reason, text: text)
    }

    private func service(at endpoint: String) -> String? {
        // The proxy learns a port alone in some cases, the whole endpoint in others.
        mappings.first { $0.endpoint.description == endpoint }?.service
    }
}
