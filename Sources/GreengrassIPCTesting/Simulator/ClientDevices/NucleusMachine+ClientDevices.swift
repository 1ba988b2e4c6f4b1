// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// The operations of the client devices' plugin.
extension NucleusMachine {
    static let clientDeviceAuth = "aws.greengrass.clientdevices.Auth"
    static let certificateUpdateEvent = modelNamespace + "CertificateUpdateEvent"

    mutating func subscribeToCertificateUpdates(_ call: ServiceCall, _ request: Request, from connection: ConnectionID)
    {
        if let refusal = clientDeviceRefusal(call, request) { return answer(call, with: refusal, on: connection) }
        guard let options = request.members["certificateOptions"], !options.isNull else {
            return answer(call, with: .failure(.invalidArguments, "Certificate options are required."), on: connection)
        }
        guard options["certificateType"]?.stringValue == "SERVER" else {
            let text = "Valid certificate type is required."
            return answer(call, with: .failure(.invalidArguments, text), on: connection)
        }
        answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
        let stream = ClientDeviceStore.Stream(
            key: StreamKey(connection: connection, stream: call.stream),
            component: request.component,
            privateKey: inventedPEM("PRIVATE KEY", byteCount: 1216),
            publicKey: inventedPEM("PUBLIC KEY", byteCount: 294)
        )
        clientDevices.add(stream)
        sendCertificate(on: stream)
    }

    /// Every stream gets another certificate for the key that it has.
    mutating func renewCertificates(now: Duration) -> [NucleusAction] {
        self.now = now
        for stream in clientDevices.streams { sendCertificate(on: stream) }
        return takeOutput()
    }

    func verifyClientDeviceIdentity(_ call: ServiceCall, _ request: Request) -> Reply {
        if let refusal = clientDeviceRefusal(call, request) { return refusal }
        guard let credential = request.members["credential"], !credential.isNull else {
            return .failure(.invalidArguments, "Client device credential is required")
        }
        guard let certificate = credential["clientDeviceCertificate"]?.stringValue, !certificate.isEmpty else {
            return .failure(.invalidArguments, "Client device certificate is required")
        }
        let isKnown = clientDevices.device(withCertificate: certificate) != nil
        return .success(call.operation, json: Array(#"{"isValidClientDevice":\#(isKnown)}"#.utf8))
    }

    mutating func getClientDeviceAuthToken(_ call: ServiceCall, _ request: Request) -> Reply {
        if let refusal = clientDeviceRefusal(call, request) { return refusal }
        guard let credential = request.members["credential"]?["mqttCredential"], !credential.isNull else {
            return .failure(.invalidArguments, "Client device credential is required")
        }
        let token = DeploymentText.uuid(using: &random)
        let isKnown = clientDevices.open(
            token,
            thing: credential["clientId"]?.stringValue ?? "",
            certificate: credential["certificatePem"]?.stringValue ?? ""
        )
        guard isKnown else {
            return .failure(
                .invalidCredential,
                "Unable to authenticate the client device with the given credentials. Check the credentials."
            )
        }
        return .success(call.operation, json: Array(#"{"clientDeviceAuthToken":"\#(token)"}"#.utf8))
    }

    func authorizeClientDeviceAction(_ call: ServiceCall, _ request: Request) -> Reply {
        if let refusal = clientDeviceRefusal(call, request) { return refusal }
        guard let token = request.text("clientDeviceAuthToken")?.value, !token.isEmpty else {
            return .failure(.invalidArguments, "Auth token is required")
        }
        guard let operation = request.text("operation")?.value, !operation.isEmpty else {
            return .failure(.invalidArguments, "Operation is required")
        }
        guard let resource = request.text("resource")?.value, !resource.isEmpty else {
            return .failure(.invalidArguments, "Resource is required")
        }
        guard let isAllowed = clientDevices.allows(token, operation, on: resource) else {
            return .failure(
                .invalidClientDeviceAuthToken,
                "Unable to find a valid session with the given auth token. Ask for another token."
            )
        }
        return .success(call.operation, json: Array(#"{"isAuthorized":\#(isAllowed)}"#.utf8))
    }

    private func clientDeviceRefusal(_ call: ServiceCall, _ request: Request) -> Reply? {
        objection(to: request.component, Self.clientDeviceAuth, call.operation, on: "*")
            .map { .failure(.unauthorized, $0) }
    }

    private mutating func sendCertificate(on stream: ClientDeviceStore.Stream) {
        var json = JSONWriter(escaping: dialect.escaping)
        json.any([
            "certificateUpdate": [
                "privateKey": .string(stream.privateKey), "publicKey": .string(stream.publicKey),
                "certificate": .string(inventedPEM("CERTIFICATE", byteCount: 900)),
                "caCertificates": [.string(inventedPEM("CERTIFICATE", byteCount: 900))],
            ]
        ])
        sendEvent(Self.certificateUpdateEvent, json: json.bytes, on: stream.key)
    }

    /// Random bytes in PEM's form and of a usual size; nothing that a TLS library could use.
    private mutating func inventedPEM(_ label: String, byteCount: Int) -> String {
        let bytes = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        var text = "-----BEGIN \(label)-----\n"
        var rest = Base64.encode(bytes)[...]
        while !rest.isEmpty {
            text += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return text + "-----END \(label)-----\n"
    }
}
