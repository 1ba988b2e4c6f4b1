// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Why a child process could not be started.
enum SpawnFailure: Error, Hashable, Sendable {
    /// There is no such file.
    case notFound(String)
    /// The file may not be executed, or is no program for this machine.
    case notExecutable(String)
    /// Others than root and this user could have changed the file, or its digest is not the configured one.
    case untrusted(String)
    /// A service's name leads to an address that is not allowed.
    case destination(String)
    /// Something that may pass, such as a lack of memory or processes.
    case temporary(String)
}

/// Why a tunnel is over.
enum EndReason: Hashable, Sendable {
    /// The service closed it.
    case closed(code: Int?, text: String)
    /// The service answered the handshake with an HTTP status that repeating does not change.
    case rejected(status: Int, text: String)
    /// The proxy refused its arguments, or the tunnel's services differ from those mapped.
    case wrongConfiguration(String)
    /// The service could not be reached in time.
    case network(String)
    /// TLS failed until time was up.
    case tls(String)
    /// The proxy did not connect in time and did not say why.
    case timeout
    /// Nobody used the tunnel for too long.
    case idle
    /// The tunnel's lifetime is over.
    case lifetime
    /// The proxy ended again and again without a reason.
    case crashed(ExitStatus)
    /// There is no proxy at the path.
    case notFound(String)
    /// The proxy cannot be executed.
    case notExecutable(String)
    /// The proxy's file is not to be trusted.
    case untrusted(String)
    /// A service leads to where no tunnel may lead.
    case destination(String)
    /// The proxy gave up and said why.
    case failed(String)
    /// The agent stops.
    case stopped
    /// A new token for the same services arrived.
    case replaced

    /// The word of `reason=` in the log.
    var word: String {
        switch self {
        case .closed: "closed"
        case .rejected: "rejected"
        case .wrongConfiguration: "wrong-configuration"
        case .network: "network"
        case .tls: "tls"
        case .timeout: "timeout"
        case .idle: "idle"
        case .lifetime: "lifetime"
        case .crashed: "crashed"
        case .notFound: "not-found"
        case .notExecutable: "not-executable"
        case .untrusted: "untrusted-localproxy"
        case .destination: "destination-not-allowed"
        case .failed: "failed"
        case .stopped: "stopped"
        case .replaced: "replaced"
        }
    }

    /// A sentence for people.
    var text: String {
        switch self {
        case .closed(let code, let text):
            "the service closed the tunnel" + (code.map { " with code \($0)" } ?? "")
                + (text.isEmpty ? "" : ": \(text)")
        case .rejected(let status, let text):
            "the service refused the token with HTTP status \(status)" + (text.isEmpty ? "" : ": \(text)")
                + "; rotate the tunnel's token or open a new tunnel"
        case .wrongConfiguration(let text), .network(let text), .tls(let text), .failed(let text): text
        case .timeout: "localproxy did not connect in time"
        case .idle: "nobody used the tunnel; idleTimeoutSeconds sets for how long that may be"
        case .lifetime: "the tunnel's time is over; tunnelTimeoutSeconds sets it"
        case .crashed(let exit): "localproxy ended by \(exit) too often"
        case .notFound(let text), .notExecutable(let text), .untrusted(let text), .destination(let text): text
        case .stopped: "the agent stops"
        case .replaced: "a new token for the same services arrived"
        }
    }

    /// Whether this is how tunnels are meant to end.
    var isOrdinary: Bool {
        switch self {
        case .closed, .idle, .lifetime, .stopped, .replaced: true
        default: false
        }
    }
}
