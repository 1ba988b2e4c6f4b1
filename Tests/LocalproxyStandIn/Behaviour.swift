// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What the stand-in does once its options are checked; each `run` ends with the exit code, if it ends.
struct Behaviour {
    let launch: Launch
    let output: Output

    func run() -> Int32 {
        let directive = Directive(token: launch.accessToken)
        output.log(.info, "Starting proxy in \(launch.isDestination ? "destination" : "source") mode")
        switch directive.word {
        case .connected: connect()
        case .closed: return close(after: directive.number ?? 100)
        case .refused: return refuse(status: directive.number ?? 403)
        case .cut: return fail("Proxy server rejected web socket upgrade request: (HTTP/1.1 200 OK) \"\"")
        case .unavailable, .tls, .network, .webproxy: retry(directive.word, every: directive.number ?? 2500)
        case .dropped: drop(after: directive.number ?? 100)
        case .streams: stream(every: directive.number ?? 100)
        case .unreachable: reachNothing()
        case .otherversion: return meetAnotherVersion()
        case .mapping: return differ()
        case .crash: crash(after: directive.number ?? 100)
        case .abort: die(of: SIGABRT, after: directive.number ?? 0)
        case .hang: hang()
        case .leak: leak()
        case .flood: flood()
        }
        while true { pause() }
    }

    private func attempt() {
        output.log(.info, "Attempting to establish web socket connection with endpoint \(launch.url)")
    }

    private func connect() {
        attempt()
        output.log(.info, "Web socket session ID: stand-in-\(getpid())")
        output.log(.info, "Successfully established websocket connection with proxy server: \(launch.url)")
        output.log(.info, launch.mappings.count == 1 ? "Updated port mapping for v1 format: " : "Use port mapping: ")
        for mapping in launch.mappings { output.log(.info, "\(mapping.service) = \(mapping.endpoint)") }
    }

    private func close(after milliseconds: Int) -> Int32 {
        connect()
        wait(milliseconds)
        output.log(.trace, "Web socket close received. Code: 1000; Reason: stand-in closes")
        return 0
    }

    private func fail(_ text: String) -> Int32 {
        attempt()
        output.log(.error, text)
        return 0
    }

    private func refuse(status: Int) -> Int32 {
        if (500...599).contains(status) { retry(.unavailable, every: 2500) }
        return fail(
            "Proxy server rejected web socket upgrade request: (HTTP/1.1 \(status) Stand-in)"
                + " \"{\"message\":\"stand-in says \(status)\"}\""
        )
    }

    private func retry(_ trouble: Directive.Word, every milliseconds: Int) -> Never {
        while true {
            attempt()
            switch trouble {
            case .tls:
                output.log(.error, "Could not perform SSL handshake with proxy server: certificate verify failed")
            case .network: output.log(.error, "Could not connect to proxy server: Connection refused")
            case .webproxy:
                output.log(.error, "Could not connect to Web Proxy: Connection refused")
                output.log(
                    .error,
                    "Could not connect to proxy server: Failed to establish the TCP connection to the Web proxy"
                )
            default:
                output.log(
                    .error,
                    "Proxy server rejected web socket upgrade request: (HTTP/1.1 500 Stand-in)"
                        + " \"{\"message\":\"stand-in says 500\"}\""
                )
            }
            wait(milliseconds)
        }
    }

    private func loseConnection() {
        output.log(.error, "Error from io_ctx::run(): stream truncated")
        output.log(.error, "Failed web socket session ID: stand-in-\(getpid())")
    }

    private func drop(after milliseconds: Int) {
        connect()
        wait(milliseconds)
        loseConnection()
        wait(milliseconds)
        connect()
    }

    private func stream(every milliseconds: Int) {
        connect()
        for _ in 0..<3 {
            for mapping in launch.mappings {
                wait(milliseconds)
                let endpoint = mapping.endpoint
                if endpoint.contains("/") {
                    output.log(.info, "Connected to Unix socket: \(endpoint)")
                } else {
                    let parts = endpoint.split(separator: ":")
                    let host = parts.count == 2 ? parts[0] : "127.0.0.1"
                    output.log(.info, "Connected to \(host), port: \(parts[parts.count - 1])")
                }
                wait(milliseconds)
                output.log(.info, "Disconnected from: \(endpoint)")
            }
        }
    }

    private func reachNothing() {
        connect()
        for mapping in launch.mappings {
            output.log(.info, "Attempting to establish tcp socket connection to: \(mapping.endpoint)")
            output.log(.error, "Could not connect to destination \(mapping.endpoint) -- Success")
        }
    }

    private func meetAnotherVersion() -> Int32 {
        connect()
        output.log(.error, "Invalid service id received for stream start: ")
        loseConnection()
        return refuse(status: 403)
    }

    private func differ() -> Int32 {
        connect()
        output.log(
            .fatal,
            "Wrong configurations detected in local proxy. Please starts local proxy with right sets of service ids."
        )
        return 1
    }

    private func crash(after milliseconds: Int) -> Never {
        connect()
        die(of: SIGSEGV, after: milliseconds)
    }

    private func die(of number: Int32, after milliseconds: Int) -> Never {
        wait(milliseconds)
        // Whoever started this may have left the signal blocked, the Swift runtime handlers of its own.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        sigprocmask(SIG_UNBLOCK, &signals, nil)
        signal(number, SIG_DFL)
        kill(getpid(), number)
        while true { pause() }
    }

    private func hang() {
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_IGN) }
        attempt()
    }

    private func leak() {
        output.log(.info, "access-token: \(launch.accessToken)")
        output.log(.info, "client-token: \(launch.clientToken ?? "")")
        connect()
    }

    private func flood() -> Never {
        connect()
        let block = String(repeating: "no line break here; ", count: 200)
        while true { Output.write(block, to: STDERR_FILENO) }
    }

    private func wait(_ milliseconds: Int) {
        var rest = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        var left = timespec()
        while nanosleep(&rest, &left) != 0 && errno == EINTR { rest = left }
    }
}
