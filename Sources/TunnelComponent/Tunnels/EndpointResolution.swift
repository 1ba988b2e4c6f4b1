// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Turns a tunnel's endpoints into such that need no resolver: names are looked up, one after the other, and their
/// addresses held against the policy, so that the proxy gets a literal that cannot change. On the loop's thread only.
final class EndpointResolution: @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    private let mappings: [ServiceMapping]
    private let policy: NetworkPolicy
    private let loop: EventLoop
    private var resolved: [ServiceMapping] = []
    private var lookup: NameLookup?
    private var whenDone: ((Result<[ServiceMapping], SpawnFailure>) -> Void)?
    private lazy var timer = LoopTimer { [unowned self] in timedOut() }

    /// How long one name may take; the C library's resolver may try for half a minute.
    private static let limit = Duration.seconds(10)

    /// - Parameter whenDone: called once, perhaps before `start` returns; not after `cancel`.
    init(
        _ mappings: [ServiceMapping],
        policy: NetworkPolicy,
        loop: EventLoop,
        whenDone: @escaping (Result<[ServiceMapping], SpawnFailure>) -> Void
    ) {
        self.mappings = mappings
        self.policy = policy
        self.loop = loop
        self.whenDone = whenDone
    }

    func start() {
        while resolved.count < mappings.count {
            let mapping = mappings[resolved.count]
            guard case .named(let host, let port) = mapping.endpoint else {
                resolved.append(mapping)
                continue
            }
            do throws(SystemError) {
                lookup = try NameLookup.start(host, loop: loop) { [weak self] outcome in
                    self?.found(outcome, host, port)
                }
                loop.arm(timer, after: Self.limit)
            } catch {
                finish(.failure(.temporary("\(host) could not be looked up: \(error)")))
            }
            return
        }
        finish(.success(resolved))
    }

    func cancel() {
        whenDone = nil
        end()
    }

    private func found(_ outcome: NameLookup.Outcome, _ host: String, _ port: UInt16) {
        end()
        switch outcome {
        case .failed(let text): finish(.failure(.temporary("\(host) could not be looked up: \(text)")))
        case .addresses(let addresses):
            do throws(EndpointError) {
                let address = try policy.choose(of: addresses.map(IPv4Address.init), host: host, port: port)
                let service = mappings[resolved.count].service
                resolved.append(ServiceMapping(service: service, endpoint: .tcp(address: address, port: port)))
                start()
            } catch {
                finish(.failure(.destination(error.description)))
            }
        }
    }

    private func timedOut() {
        end()
        finish(.failure(.temporary("the name of a service could not be looked up within \(Self.limit)")))
    }

    private func end() {
        lookup?.cancel()
        lookup = nil
        loop.cancel(timer)
    }

    private func finish(_ result: Result<[ServiceMapping], SpawnFailure>) {
        let report = whenDone
        whenDone = nil
        report?(result)
    }
}
