// SPDX-License-Identifier: Apache-2.0

/// The events of one subscription, for one consumer.
///
/// It ends when the closure that it was given to is left. A consumer that falls behind by more than the buffer holds
/// is cut off with `.slowConsumer`; the connection and the other subscriptions are never held up by it.
public struct Subscription<Event: JSONReadable & Sendable>: AsyncSequence, Sendable {
    /// What is iterated over.
    public typealias Element = Event
    /// What iterating throws.
    public typealias Failure = GreengrassIPCError

    private let buffer: EventBuffer<Event>
    private let gaps: SubscriptionOptions.GapPolicy

    init(_ buffer: EventBuffer<Event>, gaps: SubscriptionOptions.GapPolicy) {
        self.buffer = buffer
        self.gaps = gaps
    }

    /// The same events, with a mark where some may be missing.
    public var withGaps: WithGaps { WithGaps(buffer: buffer) }

    /// Takes events one by one.
    public func makeAsyncIterator() -> Iterator {
        Iterator(buffer: buffer, gaps: gaps)
    }

    /// Takes events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let buffer: EventBuffer<Event>
        fileprivate let gaps: SubscriptionOptions.GapPolicy

        /// The next event; nil once the subscription has been ended on this side.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(GreengrassIPCError) -> Event? {
            while let item = try await buffer.next(isolation: actor) {
                switch item {
                case .event(let event): return event
                case .gap:
                    guard gaps == .end else { continue }
                    throw GreengrassIPCError(.connectionLost, "the connection was lost: events may be missing")
                }
            }
            return nil
        }
    }

    /// Events and gaps.
    public struct WithGaps: AsyncSequence, Sendable {
        /// What is iterated over.
        public typealias Element = SubscriptionItem<Event>
        /// What iterating throws.
        public typealias Failure = GreengrassIPCError

        fileprivate let buffer: EventBuffer<Event>

        /// Takes items one by one.
        public func makeAsyncIterator() -> Iterator {
            Iterator(buffer: buffer)
        }

        /// Takes items one by one.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let buffer: EventBuffer<Event>

            /// The next event or gap; nil once the subscription has been ended on this side.
            public mutating func next(
                isolation actor: isolated (any Actor)? = #isolation
            ) async throws(GreengrassIPCError) -> SubscriptionItem<Event>? {
                try await buffer.next(isolation: actor)
            }
        }
    }
}
