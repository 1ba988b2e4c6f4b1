// SPDX-License-Identifier: Apache-2.0

/// Texts and forms of the classic nucleus's deployments.
enum DeploymentText {
    static let malformedID = "Invalid deploymentId format received. DeploymentId is a UUID"
    static let nullID = "Cannot invoke \"String.length()\" because \"name\" is null"
    static let notFound = "Cannot find deployment"
    static let alreadyFinished = "Cancellation request is not processed because deployment is already finished"
    static let groupWithColon = "Thing group name cannot contain colon characters"
    static let artifactsAboveStore =
        "Requested artifacts directory path is parent of kernel artifacts directory path. "
        + "Specify another path to avoid recursive copy"
    static let copyFailed = "Error copying recipes and artifacts. "
    static let noReport = "Error while waiting for validation report for one or more components:null"
    static let tooLate = "Time limit to respond to PreComponentUpdateEvent exceeded"
    static let deferWithoutID = "Cannot defer the update, the deployment ID provided was null"
    static let notSubscribed = "Component is not subscribed to component update events"
    static let reportWithoutID = "Cannot accept configuration validity report, the deployment ID provided was null"
    static let reportNotAsked = "Validation request either timed out or was never made"

    static func canceling(_ id: String) -> String { "Cancel request submitted. Deployment ID: \(id)" }

    static func unknownToCancel(_ id: String) -> String { "Cannot find the deployment id provided \(id)" }

    static func notRegistered(_ operation: String) -> String {
        "Component aws.greengrass.Cli not registered for operation \(operation)"
    }

    static func wrongClass(_ expected: String) -> String {
        "class java.lang.String cannot be cast to class java.util.\(expected) (java.lang.String and "
            + "java.util.\(expected) are in module java.base of loader 'bootstrap')"
    }

    static func rejected(_ components: [(name: String, message: String?)]) -> String {
        "Components reported that their to-be-deployed configuration is invalid "
            + components.map { "{ name = \($0.name), message = \($0.message ?? "null") }" }.joined(separator: " ")
    }

    static func broken(_ component: String) -> String { "Service \(component) in broken state after deployment" }

    static func noVersion(_ component: String, _ version: String) -> String {
        "No local or cloud component version satisfies the requirements for component \(component): \(version)."
    }

    static func malformedRecipe(_ path: String) -> String { "Unable to parse \(path) as a recipe" }

    static func malformedVersion(_ version: String) -> String { "Unsupported component version: \(version)" }

    /// `24-11-2026 04:51:35 UTC`.
    static func date(_ milliseconds: Int64) -> String {
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : 0
        let (day, second) = (seconds / 86_400, seconds % 86_400)
        // Days since 0000-03-01, so that leap days come last in a year.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let monthOfYear = month < 10 ? month + 3 : month - 9
        let fullYear = era * 400 + year + (monthOfYear <= 2 ? 1 : 0)
        return "\(two(dayOfYear - (153 * month + 2) / 5 + 1))-\(two(monthOfYear))-\(fullYear) "
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) UTC"
    }

    private static func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }

    /// Whether a text has a UUID's form.
    static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    static func uuid(using generator: inout some RandomNumberGenerator) -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    /// Whether a text is a version as the nucleus takes it: three numbers, and whatever follows `-` or `+`.
    static func isVersion(_ text: String) -> Bool {
        let core = text.prefix { $0 != "-" && $0 != "+" }
        let numbers = core.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
    }
}
