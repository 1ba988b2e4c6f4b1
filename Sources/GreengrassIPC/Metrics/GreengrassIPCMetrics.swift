// SPDX-License-Identifier: Apache-2.0

/// What a client has done since it was made, and how it stands.
///
/// All counts go up only, but for those that say otherwise. Operations go by their full names,
/// `aws.greengrass#GetConfiguration`; those that have not been used are absent.
public struct GreengrassIPCMetrics: Sendable, Hashable {
    /// The calls, by operation.
    public var calls: [String: Calls] = [:]
    /// The subscriptions, by operation.
    public var subscriptions: [String: Subscriptions] = [:]
    /// The connection to the nucleus.
    public var connection = Connection()

    /// The calls of one operation that are over.
    public struct Calls: Sendable, Hashable {
        /// How many were answered with a response.
        public var succeeded = 0
        /// How many ended otherwise, by the code of their error. A response that is not what the service model says
        /// counts as a success here: the nucleus has acted.
        public var failed: [GreengrassIPCError.Code: Int] = [:]
        /// How long those took that were answered, with a response or an error of the service.
        public var latency = Latency()
    }

    /// A distribution of times.
    public struct Latency: Sendable, Hashable {
        /// How many.
        public var count = 0
        /// All together.
        public var total = Duration.zero
        /// The longest.
        public var maximum = Duration.zero
        /// How many took as long as the bound of the same index, or less, and longer than the one before; the last,
        /// beyond the bounds, has all that took longer.
        public var buckets = [Int](repeating: 0, count: Latency.bounds.count + 1)

        /// The upper bounds of ``buckets``, from 0.1 ms to 10 s.
        public static let bounds: [Duration] = [
            .microseconds(100), .microseconds(250), .microseconds(500), .milliseconds(1), .microseconds(2500),
            .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100),
            .milliseconds(250), .milliseconds(500), .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10),
        ]
    }

    /// The subscriptions of one operation.
    public struct Subscriptions: Sendable, Hashable {
        /// How many there are now, those that wait for a connection or for their acceptance included.
        public var open = 0
        /// How many events have come for consumers.
        public var events = 0
        /// Lag: how many events wait for their consumers now, of all subscriptions that are open.
        public var waiting = 0
        /// How many bytes of payload they have.
        public var waitingBytes = 0
        /// The most events that ever waited in one subscription.
        public var peakWaiting = 0
        /// Drops: events that could not be read, or are of an unknown shape.
        public var unreadableEvents = 0
        /// Drops: subscriptions that were ended because their consumers fell behind.
        public var slowConsumers = 0
        /// How often a subscription was made again, and events may be missing.
        public var gaps = 0
        /// How often a subscription or a renewal was refused, or ended by the nucleus, and tried again later.
        public var retries = 0
        /// How often a subscription was renewed.
        public var renewals = 0
        /// Events that came on both streams of a renewal and were handed over once.
        public var duplicateEvents = 0
    }

    /// The connection to the nucleus.
    public struct Connection: Sendable, Hashable {
        /// Whether there is one now.
        public var isConnected = false
        /// How many have been made; all but the first are reconnects.
        public var opened = 0
        /// How many were lost.
        public var lost = 0
        /// How many attempts to make one have failed.
        public var failedAttempts = 0
    }
}

extension GreengrassIPCMetrics.Calls {
    /// How many ended otherwise than with a response.
    public var failedCount: Int { failed.values.reduce(0, +) }
}

extension GreengrassIPCMetrics.Latency {
    mutating func add(_ duration: Duration) {
        count += 1
        total += duration
        maximum = max(maximum, duration)
        buckets[Self.bounds.firstIndex { duration <= $0 } ?? Self.bounds.count] += 1
    }
}
