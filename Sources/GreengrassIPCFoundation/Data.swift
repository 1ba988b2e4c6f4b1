// SPDX-License-Identifier: Apache-2.0

public import FoundationEssentials
public import GreengrassIPC

extension MQTTMessage {
    /// The payload as `Data`.
    public var data: Data { Data(payload ?? []) }
}

extension SubscriptionResponseMessage {
    /// The bytes of a binary message as `Data`; nil for any other.
    public var data: Data? { bytes.map { Data($0) } }
}
