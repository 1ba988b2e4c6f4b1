// SPDX-License-Identifier: Apache-2.0

/// Why a notification leads to no tunnel: a fixed word for programs, and a sentence with the remedy for people.
struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The word of `reason=` in the log.
    let reason: Reason
    /// One sentence: what is wrong and what to do. It never holds the token.
    let text: String

    var description: String { "\(reason.rawValue): \(text)" }

    /// The reasons there are; their raw values are what operators search logs for, so they do not change.
    enum Reason: String, Hashable, Sendable, CaseIterable {
        case tooLarge = "too-large"
        case notJSON = "not-json"
        case missingToken = "missing-clientAccessToken"
        case invalidToken = "invalid-clientAccessToken"
        case missingMode = "missing-clientMode"
        case clientMode = "client-mode"
        case missingRegion = "missing-region"
        case invalidRegion = "invalid-region"
        case regionNotAllowed = "region-not-allowed"
        case missingServices = "missing-services"
        case invalidServices = "invalid-services"
        case tooManyServices = "too-many-services"
        case serviceName = "service-name"
        case duplicateService = "duplicate-service"
        case unmappedService = "unmapped-service"
        case limit = "limit"
        case rate = "rate"
    }
}
