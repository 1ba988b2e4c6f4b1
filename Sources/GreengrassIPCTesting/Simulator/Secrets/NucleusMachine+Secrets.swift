// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// The operation of the secret manager.
extension NucleusMachine {
    static let secretManager = "aws.greengrass.SecretManager"

    func getSecretValue(_ call: ServiceCall, _ request: Request) -> Reply {
        guard let identifier = request.text("secretId"), let id = request.text("versionId"),
            let stage = request.text("versionStage")
        else { return request.wrongType }
        guard let called = identifier.value, !called.isEmpty else {
            return .failure(.service, "SecretId absent in the request")
        }
        if id.value != nil, stage.value != nil {
            return .failure(.service, "Both versionId and Stage are set in the request")
        }
        let secret = secrets.find(called)
        guard let arn = secret.map({ secrets.arn(of: $0) }) ?? (SecretStore.isARN(called) ? called : nil) else {
            return notFound("Secret not configured \(called)")
        }
        if let text = objection(to: request.component, Self.secretManager, call.operation, on: arn) {
            return .failure(.unauthorized, text)
        }
        switch SecretStore.version(of: secret, called: called, id: id.value, stage: stage.value) {
        case .failure(let missing): return notFound(missing.text)
        case .success(let version):
            var json = JSONWriter(escaping: dialect.escaping)
            json.beginObject()
            json.text("secretId", arn)
            json.text("versionId", version.id)
            json.memberName("versionStage")
            json.any(.array(version.stages.map { .string($0) }))
            json.memberName("secretValue")
            json.beginObject()
            switch version.value {
            case .string(let text): json.text("secretString", text)
            case .binary(let bytes): json.member("secretBinary", blob: bytes)
            }
            json.endObject()
            json.endObject()
            return .success(call.operation, json: json.bytes)
        }
    }

    private func notFound(_ text: String) -> Reply {
        .failure(ServiceFailure(code: .resourceNotFound, text: text, resourceType: "secret", isTextSetLate: true))
    }
}
