// SPDX-License-Identifier: Apache-2.0

/// What a service answers to a call, before a dialect has given it its form.
enum Reply: Sendable {
    /// Success. `keepsStreamOpen` for the first response of a subscription.
    case response(shape: String, json: [UInt8], keepsStreamOpen: Bool)
    /// Success without a shape's name; lite answers so where no model knows the operation.
    case unshaped(json: [UInt8])
    /// A modelled error.
    case failure(ServiceFailure)
    /// What the classic nucleus says when a handler throws what no model knows; a ServiceError on lite.
    case internalServerError
    /// An operation whose name is not in the nucleus's service model.
    case unknownOperation(String)

    static func success(_ operation: String, json: [UInt8] = Array("{}".utf8), keepsStreamOpen: Bool = false) -> Self {
        .response(shape: operation + "Response", json: json, keepsStreamOpen: keepsStreamOpen)
    }

    static func failure(_ code: ServiceFailure.Code, _ text: String?) -> Self {
        .failure(ServiceFailure(code: code, text: text))
    }
}

/// A modelled error.
struct ServiceFailure: Sendable {
    var code: Code
    /// `nil` when the nucleus has nothing to say: members are left out then, or empty.
    var text: String?
    /// What a ResourceNotFoundError is about; `nil` where the nucleus does not say.
    var resourceType: String?
    var resourceName: String?
    /// Whether the classic nucleus set the text after it had made the error: `_message` is empty then.
    var isTextSetLate = false

    /// The shape's name without its namespace.
    enum Code: String, Sendable {
        case service = "ServiceError"
        case unauthorized = "UnauthorizedError"
        case invalidArguments = "InvalidArgumentsError"
        case resourceNotFound = "ResourceNotFoundError"
        case componentNotFound = "ComponentNotFoundError"
        case conflict = "ConflictError"
        case failedUpdateConditionCheck = "FailedUpdateConditionCheckError"
        case invalidArtifactsDirectoryPath = "InvalidArtifactsDirectoryPathError"
        case invalidRecipeDirectoryPath = "InvalidRecipeDirectoryPathError"
        case invalidToken = "InvalidTokenError"
        case invalidCredential = "InvalidCredentialError"
        case invalidClientDeviceAuthToken = "InvalidClientDeviceAuthTokenError"
    }
}
