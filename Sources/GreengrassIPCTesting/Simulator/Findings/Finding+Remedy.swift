// SPDX-License-Identifier: Apache-2.0

extension Finding {
    /// What the component's author does about it; empty for a rule that this version does not know.
    public var remedy: String { Self.remedies[rule] ?? "" }

    private static let remedies: [Rule: String] = [
        .barePing: "send no PING: neither nucleus needs one",
        .messageOnStreamZero: "after CONNECT send application messages on streams above 0 only",
        .messageBeforeAcknowledgement: "send CONNECT alone and wait for its acknowledgement",
        .messageAfterRefusal:
            "close the connection when CONNECT is refused, and exit to be relaunched with a new token",
        .streamIdentifierGap:
            "number the streams of a connection 1, 2, 3 in the order in which they are sent: encode first, then take the number",
        .writeAfterTerminate: "send nothing on a stream that has ended",
        .lateTerminate: "close a stream only while it is open: a reply with TERMINATE has ended it",
        .subscribeBeforeUnsuback:
            "open the new stream before closing the last one on the filter, or subscribe once more a little later",
        .messageTooComplex: "send fewer members, or bytes: a binaryMessage is not looked into",
        .nullMember: "leave the member out",
        .messageTooLarge: "keep a message within 10 000 bytes",
        .headerType: "use headers of types 4 and 7 only, the 32-bit integer and the string",
        .lengthTooSmall: "write whole messages, whose length counts everything and is 16 at least",
        .partialMessage: "write each message in one piece",
        .unreadMessages: "read the socket all the time, whatever becomes of the messages",
        .integerTimestamp: "write seconds with a decimal point: 1700000000.0",
        .longHeaderName: "keep the names of headers within 127 bytes",
    ]
}
