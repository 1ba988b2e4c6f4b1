// SPDX-License-Identifier: Apache-2.0

/// Something a client did that harms a component, a connection or a whole nucleus of the real kind.
///
/// The simulator lives through it and writes it down, whichever dialect it speaks: a component tested against one
/// nucleus is often deployed on the other. Only what is sent on a stream that is over is found by classic alone, since
/// lite does not say when one is.
public struct Finding: Sendable, Hashable {
    /// Which rule was broken.
    public var rule: Rule
    /// The nucleus that punishes it.
    public var nucleus: Dialect
    /// What would have happened there.
    public var consequence: String
    /// The component, when the connection had said who it is.
    public var component: String?
    /// The operation, when the message belonged to a call.
    public var operation: String?
    /// Particulars of this case: names and numbers, never a payload or a token.
    public var detail: String

    /// The name of a rule. More may come, so a `switch` over it needs a `default`.
    public struct Rule: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The rule's name, in lower case with hyphens.
        public var rawValue: String
        /// A rule of that name.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// The rule's name.
        public var description: String { rawValue }
    }

    init(
        _ rule: Rule,
        on nucleus: Dialect,
        _ consequence: String,
        component: String? = nil,
        operation: String? = nil,
        detail: String = ""
    ) {
        self.rule = rule
        self.nucleus = nucleus
        self.consequence = consequence
        self.component = component
        self.operation = operation
        self.detail = detail
    }
}

extension Finding: CustomStringConvertible {
    /// One line that names the rule, the nucleus, what would have happened, and what to do about it.
    public var description: String {
        var text = "\(rule) (\(nucleus)): \(consequence)"
        if let component { text += "; component \(component)" }
        if let operation { text += "; operation \(operation)" }
        if !detail.isEmpty { text += "; \(detail)" }
        if !remedy.isEmpty { text += "; remedy: \(remedy)" }
        return text
    }
}

extension Finding.Rule: CaseIterable {
    /// The rules that this version knows.
    enum Known: String, CaseIterable {
        case barePing = "bare-ping"
        case messageOnStreamZero = "message-on-stream-zero"
        case messageBeforeAcknowledgement = "message-before-acknowledgement"
        case messageAfterRefusal = "message-after-refusal"
        case streamIdentifierGap = "stream-identifier-gap"
        case writeAfterTerminate = "write-after-terminate"
        case lateTerminate = "late-terminate"
        case subscribeBeforeUnsuback = "subscribe-before-unsuback"
        case messageTooComplex = "message-too-complex"
        case nullMember = "null-member"
        case messageTooLarge = "message-too-large"
        case headerType = "header-type"
        case lengthTooSmall = "length-too-small"
        case partialMessage = "partial-message"
        case unreadMessages = "unread-messages"
        case integerTimestamp = "integer-timestamp"
        case longHeaderName = "long-header-name"
    }

    private init(_ known: Known) { self.init(rawValue: known.rawValue) }

    /// The rules that this version of the library looks after.
    public static var allCases: [Self] { Known.allCases.map { Self($0) } }

    /// PING without a header beyond the fixed three.
    public static let barePing = Self(.barePing)
    /// PING, or anything else on stream 0 after the handshake.
    public static let messageOnStreamZero = Self(.messageOnStreamZero)
    /// A message sent before CONNECT was acknowledged.
    public static let messageBeforeAcknowledgement = Self(.messageBeforeAcknowledgement)
    /// A message on a connection whose CONNECT was refused.
    public static let messageAfterRefusal = Self(.messageAfterRefusal)
    /// A new stream whose identifier is not the last one plus one.
    public static let streamIdentifierGap = Self(.streamIdentifierGap)
    /// Anything but an empty TERMINATE on a stream that is over.
    public static let writeAfterTerminate = Self(.writeAfterTerminate)
    /// An empty TERMINATE on a stream that is over.
    public static let lateTerminate = Self(.lateTerminate)
    /// A filter subscribed again before the broker confirmed that it was given up.
    public static let subscribeBeforeUnsuback = Self(.subscribeBeforeUnsuback)
    /// A local message with more values or levels than lite's daemons hand on.
    public static let messageTooComplex = Self(.messageTooComplex)
    /// A member whose value is `null`.
    public static let nullMember = Self(.nullMember)
    /// A message larger than the lite nucleus takes.
    public static let messageTooLarge = Self(.messageTooLarge)
    /// A header of a type that the nucleus does not read.
    public static let headerType = Self(.headerType)
    /// A total length below that of the smallest message.
    public static let lengthTooSmall = Self(.lengthTooSmall)
    /// A connection that ended in the middle of a message.
    public static let partialMessage = Self(.partialMessage)
    /// A client that leaves very much of what it is sent unread.
    public static let unreadMessages = Self(.unreadMessages)
    /// A timestamp without a decimal point.
    public static let integerTimestamp = Self(.integerTimestamp)
    /// A header name longer than the Java layer reads.
    public static let longHeaderName = Self(.longHeaderName)
}
