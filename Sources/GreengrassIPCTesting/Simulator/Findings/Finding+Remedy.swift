// SPDX-License-Identifier: Apache-2.0

extension Finding {
    /// What the component's author does about it; empty for a rule that this version does not know.
    public var remedy: String { Rule.Known(rawValue: rule.rawValue)?.remedy ?? "" }
}

extension Finding.Rule.Known {
    fileprivate var remedy: String {
        switch self {
        case .barePing: "send no PING: neither nucleus needs one"
        case .messageOnStreamZero: "after CONNECT send application messages on streams above 0 only"
        case .messageBeforeAcknowledgement: "send CONNECT alone and wait for its acknowledgement"
        case .messageAfterRefusal:
            "close the connection when CONNECT is refused, and exit to be relaunched with a new token"
        case .streamIdentifierGap:
            "number the streams of a connection 1, 2, 3 in the order in which they are sent: encode first, then take the number"
        case .writeAfterTerminate: "send nothing on a stream that has ended"
        case .lateTerminate: "close a stream only while it is open: a reply with TERMINATE has ended it"
        case .subscribeBeforeUnsuback:
            "open the new stream before closing the last one on the filter, or subscribe once more a little later"
        case .messageTooComplex: "send fewer members, or bytes: a binaryMessage is not looked into"
        case .nullMember: "leave the member out"
        case .messageTooLarge: "keep a message within 10 000 bytes"
        case .headerType: "use headers of types 4 and 7 only, the 32-bit integer and the string"
        case .lengthTooSmall: "write whole messages, whose length counts everything and is 16 at least"
        case .partialMessage: "write each message in one piece"
        case .unreadMessages: "read the socket all the time, whatever becomes of the messages"
        case .integerTimestamp: "write seconds with a decimal point: 1700000000.0"
        case .longHeaderName: "keep the names of headers within 127 bytes"
        }
    }
}
