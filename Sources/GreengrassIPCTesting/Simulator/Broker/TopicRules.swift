// SPDX-License-Identifier: Apache-2.0

/// What each nucleus refuses to publish on or subscribe to before it asks the broker.
enum TopicRules {
    static let classicPublishBytes = 131_072
    private static let topicBytes = 256
    private static let slashes = 7

    /// Why the nucleus does not subscribe to `filter`, in its own words; `nil` if it does.
    static func subscribeObjection(to filter: String, on dialect: Dialect) -> String? {
        switch dialect {
        case .classic:
            if let objection = classicObjection(to: filter, subscribing: true) {
                return "Subscribe to topic \(filter) failed with error "
                    + "com.aws.greengrass.mqttclient.MqttRequestException: \(objection)"
            }
            guard TopicFilter.isValid(filter) else {
                return "Subscribe to topic \(filter) failed with error "
                    + "java.util.concurrent.CompletionException: software.amazon.awssdk.crt.CrtRuntimeException: "
                    + "Invalid mqtt5 subscribe packet options value. "
                    + "AWS_ERROR_MQTT5_SUBSCRIBE_OPTIONS_VALIDATION(5144)"
            }
            return nil
        case .lite:
            guard filter.utf8.count <= topicBytes, TopicFilter.isValid(filter) else {
                return LiteText.bindFailed
            }
            return nil
        }
    }

    /// Why the nucleus does not publish, in its own words; `nil` if it does.
    static func publishObjection(to topic: String, payloadBytes: Int, on dialect: Dialect) -> String? {
        switch dialect {
        case .classic:
            if payloadBytes > classicPublishBytes {
                return "Publish to topic \(topic) failed: The publishing message size \(payloadBytes) bytes exceeds "
                    + "the configured limit of \(classicPublishBytes) bytes"
            }
            if TopicFilter.hasWildcard(topic) {
                return "Publish to topic \(topic) failed: "
                    + "Publish topics must not contain wildcard characters of '#' or '+'"
            }
            return classicObjection(to: topic, subscribing: false).map { "Publish to topic \(topic) failed: \($0)" }
        case .lite:
            guard !topic.isEmpty, topic.utf8.count <= topicBytes, !TopicFilter.hasWildcard(topic) else {
                return LiteText.publishFailed
            }
            return nil
        }
    }

    private static func classicObjection(to topic: String, subscribing: Bool) -> String? {
        let counted = withoutReservedLevels(topic, subscribing: subscribing)
        if counted.utf8.count > topicBytes {
            var text =
                "The topic size of request must be no larger than 256 bytes of UTF-8 encoded characters. "
                + "This excludes the first 3 mandatory segments for Basic Ingest topics ($AWS/rules/rule-name/)"
            if subscribing {
                text += " or first 2 mandatory segments for MQTT Shared Subscriptions ($share/share-name/)"
            }
            return text
        }
        if counted.utf8.lazy.filter({ $0 == UInt8(ascii: "/") }).count > slashes {
            return "The request topic must have no more than 7 forward slashes (/)"
        }
        return nil
    }

    /// The part of a topic that IoT Core's limits count.
    private static func withoutReservedLevels(_ topic: String, subscribing: Bool) -> Substring {
        guard topic.utf8.first == UInt8(ascii: "$") else { return topic[...] }
        let levels = topic.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        if levels.count == 4, levels[0].lowercased() == "$aws", levels[1] == "rules" {
            return levels[3]
        }
        if subscribing, levels.count > 2, levels[0] == "$share" {
            return topic[levels[2].startIndex...]
        }
        return topic[...]
    }
}
