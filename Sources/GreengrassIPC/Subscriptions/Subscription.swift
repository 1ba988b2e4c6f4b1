// SPDX-License-Identifier: Apache-2.0

/// What a subscription brings, when gaps are asked for.
public enum SubscriptionItem<Event: Sendable>: Sendable {
    /// An event.
    case event(Event)
    /// The connection was lost and the subscription has been made again: events may be missing here.
    case gap
}

/// The events of one subscription, for one consumer.
///
/// It ends when the closure that it was given to is left. A consumer that falls behind by more than the buffer holds
/// is cut off with `.slowConsumer`; the connection and the other subscriptions are never held up by it.
public struct Subscription<Event: JSONReadable & Sendable>: AsyncSequence, Sendable {
    /// What is iterated over.
    public typealias Element = Event
    /// What iterating throws.
    public typealias Failure = GreengrassIPCError

    private let source: EventSource
    private let gaps: SubscriptionOptions.GapPolicy

    init(_ source: EventSource, gaps: SubscriptionOptions.GapPolicy) {
        self.source = source
        self.gaps = gaps
    }

    /// The same events, with a mark where some may be missing.
    public var withGaps: WithGaps { WithGaps(source: source) }

    /// Takes events one by one.
    public func makeAsyncIterator() -> Iterator {
        Iterator(source: source, gaps: gaps)
    }

    /// Takes events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: EventSource
        fileprivate let gaps: SubscriptionOptions.GapPolicy

        /// The next event; nil once the subscription has been ended on this side.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(GreengrassIPCError) -> Event? {
            while true {
                let next =
                    if let ready = source.buffer.take() { ready } else {
                        await source.buffer.wait(isolation: actor)
                    }
                switch try next.get() {
                case .event(let payload): if let event = source.read(Event.self, payload) { return event }
                case .gap where gaps == .goOn: break
                case .gap:
                    throw GreengrassIPCError(
                        .connectionLost,
                        "the connection was lost: events may be missing"
                    )
                case nil: return nil
                }
            }
        }
    }

    /// Events and gaps.
    public struct WithGaps: AsyncSequence, Sendable {
        /// What is iterated over.
        public typealias Element = SubscriptionItem<Event>
        /// What iterating throws.
        public typealias Failure = GreengrassIPCError

        fileprivate let source: EventSource

        /// Takes items one by one.
        public func makeAsyncIterator() -> Iterator {
            Iterator(source: source)
        }

        /// Takes items one by one.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let source: EventSource

            /// The next event or gap; nil once the subscription has been ended on this side.
            public mutating func next(
                isolation actor: isolated (any Actor)? = #isolation
            ) async throws(GreengrassIPCError) -> SubscriptionItem<Event>? {
                while true {
                    let next =
                        if let ready = source.buffer.take() { ready } else {
                            await source.buffer.wait(isolation: actor)
                        }
                    switch try next.get() {
                    case .event(let payload):
                        if let event = source.read(Event.self, payload) { return .event(event) }
                    case .gap: return .gap
                    case nil: return nil
                    }
                }
            }
        }
    }
}

/// A subscription's buffer, and who is told of events that cannot be read.
struct EventSource: Sendable {
    let buffer: EventBuffer
    let whenUnreadable: @Sendable (JSONError) -> Void

    /// Nil when the payload is not what the service model says.
    func read<Event: JSONReadable>(_ type: Event.Type, _ payload: [UInt8]) -> Event? {
        do throws(JSONError) {
            return try Event(jsonBytes: payload.span)
        } catch {
            whenUnreadable(error)
            return nil
        }
    }
}
