// SPDX-License-Identifier: Apache-2.0

/// How a subscription is kept.
public struct SubscriptionOptions: Sendable {
    /// When a subscription is made anew while it is there: the new stream first, then the old one is closed.
    ///
    /// A stream can be deaf without a sign. On the classic nucleus it is when it was made before the broker had
    /// forgotten an earlier subscription of the same filter, as at each quick relaunch of a component: renewals soon
    /// after subscribing cure that. On lite it is after its MQTT daemon has restarted: periodic ones cure that.
    /// For as long as both streams are there, the consumer still gets each event once.
    public struct Renewal: Sendable, Hashable {
        /// How long after the subscription was made the first renewals come; ascending.
        public var after: [Duration]
        /// The time between those that follow; nil for none.
        public var every: Duration?

        /// Renews at these times.
        public init(after: [Duration] = [], every: Duration? = nil) {
            self.after = after
            self.every = every
        }

        /// No renewals.
        public static let never = Renewal()
        /// 2 s and 30 s after subscribing: what cures the classic nucleus's deaf subscriptions.
        public static let soon = Renewal(after: [.seconds(2), .seconds(30)])
    }

    /// What a consumer of plain events finds after the connection was lost and the subscription made again.
    public enum GapPolicy: Sendable, Hashable {
        /// The events go on; the gap is in the log, and in ``Subscription/withGaps``.
        case goOn
        /// The subscription ends with `.connectionLost`.
        case end
    }

    /// What becomes of a subscription that is refused before it has been there.
    public enum FirstRefusal: Sendable, Hashable {
        /// The refusal is thrown.
        case fail
        /// It is tried again, after the waits of ``SubscriptionOptions/retry``, until it is accepted or the task is
        /// cancelled.
        ///
        /// For what may pass: a device that is offline, of which the classic nucleus refuses new filters; a policy that
        /// the next deployment brings; a configuration that is not there yet. What cannot pass is thrown all the same:
        /// a request that is wrong or too large, an operation that the nucleus does not know.
        case retry
    }

    /// How many events wait for the consumer before the subscription ends with `.slowConsumer`.
    public var bufferLimit = 1024
    /// How many bytes of payload wait for the consumer before it ends so, too.
    public var byteLimit = 32 * 1024 * 1024
    /// How long to wait for the response; nil is for ever, because the classic nucleus does not answer
    /// SubscribeToIoTCore before it has been connected to AWS IoT once.
    public var responseTimeout: Duration?
    /// When the subscription is renewed; nil is what the operation needs: ``Renewal/soon`` for SubscribeToIoTCore
    /// unless the nucleus is known to be lite, ``Renewal/never`` for all others.
    ///
    /// On lite each renewal brings retained messages again, and cures nothing so soon after subscribing.
    public var renewal: Renewal?
    /// What becomes of a gap.
    public var gaps = GapPolicy.goOn
    /// The waits before a subscription that was refused or ended by the nucleus is made again.
    public var retry = Backoff(initial: .milliseconds(500), maximum: .seconds(30))

    /// What becomes of a first refusal.
    public var firstRefusal = FirstRefusal.fail
    /// Hears each time that the subscription was refused, ended by the nucleus or lost with the connection, and will be
    /// made again. Of one that was there the consumer hears later, by a gap, that it is there again. Called on the
    /// client's own thread; must not block.
    public var whenInterrupted: (@Sendable (GreengrassIPCError) -> Void)?

    /// All defaults.
    public init() {}
}
