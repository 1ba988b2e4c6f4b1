// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPCCodegen

@Suite(.timeLimit(.minutes(1)))
struct ResolverTests {
    @Test("A whole model resolves; shapes lie where they are first met, requests and responses with their operation")
    func whole() throws {
        let model = try ModelFixture.resolve()
        #expect(model.areas.map(\.name) == ["Things"])
        #expect(model.areas[0].shapes.map(\.name) == ["Thing", "Kind", "ThingEvent"])
        #expect(model.errors.map(\.name) == ["ServiceError"])
        let request = try #require(model.areas.first?.operations.first?.input)
        #expect(request.members.map(\.swiftType) == ["Thing", "Int32?"])
        #expect(request.members[1].summary == "How many. 1 to 9.")
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        var place: String
        var message: String
        var testDescription: String { new }
    }

    @Test(
        "A model that is wrong is answered with the place and what is wrong there",
        arguments: [
            Mistake(
                old: "\"type\": \"integer\"",
                new: "\"type\": \"number\"",
                place: "structures.PutThingRequest.members.count",
                message: "unknown type number"
            ),
            Mistake(
                old: "map<string,list<blob>>",
                new: "map<integer,blob>",
                place: "structures.Thing.members.parts",
                message: "unknown type map<integer,blob>"
            ),
            Mistake(
                old: "\"enum:Kind\"",
                new: "\"list<enum:Sort>\"",
                place: "structures.Thing.members.kind",
                message: "there is no enum Sort"
            ),
            Mistake(
                old: "\"structure:Thing\", \"required\"",
                new: "\"structure:Thingy\", \"required\"",
                place: "structures.PutThingRequest.members.thing",
                message: "there is no structure Thingy"
            ),
            Mistake(
                old: "\"outputStream\": \"ThingEvent\"",
                new: "\"outputStream\": \"Thing\"",
                place: "operations.WatchThings.outputStream",
                message: "there is no union Thing"
            ),
            Mistake(
                old: "\"output\": \"PutThingResponse\"",
                new: "\"output\": \"Put\"",
                place: "operations.PutThing.output",
                message: "there is no structure Put"
            ),
            Mistake(
                old: "[\"ServiceError\"]",
                new: "[\"Thing\"]",
                place: "operations.PutThing.errors",
                message: "there is no error Thing"
            ),
            Mistake(
                old: "\"name\": \"WatchThingsResponse\"",
                new: "\"name\": \"Thing\"",
                place: "structures.Thing",
                message: "this name occurs twice"
            ),
            Mistake(
                old: "\"name\": \"Kind\"",
                new: "\"name\": \"Thing\"",
                place: "enums.Thing",
                message: "this name is also in structures"
            ),
            Mistake(
                old: "\"name\": \"count\"",
                new: "\"name\": \"thing\"",
                place: "structures.PutThingRequest.members.thing",
                message: "this name occurs twice"
            ),
            Mistake(
                old: "\"name\": \"IN\", \"wireValue\": \"IN\"",
                new: "\"name\": \"IN\", \"wireValue\": \"1\"",
                place: "enums.Kind.values.1",
                message: "this name occurs twice"
            ),
            Mistake(
                old: "n.s#PutThingRequest",
                new: "n.s#Put",
                place: "structures.PutThingRequest.wireName",
                message: "expected n.s#PutThingRequest"
            ),
            Mistake(
                old: "\"wireName\": \"n.s#WatchThings\"",
                new: "\"wireName\": \"x#WatchThings\"",
                place: "operations.WatchThings.wireName",
                message: "expected n.s#WatchThings"
            ),
            Mistake(
                old: "\"summary\": \"How many.\"",
                new: "\"deprecated\": false",
                place: "structures.PutThingRequest.members.count",
                message: "nothing says what it is for"
            ),
        ]
    )
    func mistakes(_ mistake: Mistake) throws {
        let model = ModelFixture.replacing(mistake.old, mistake.new)
        #expect(model != ModelFixture.model)
        #expect(throws: CodegenError(mistake.place, mistake.message)) { try ModelFixture.resolve(model) }
    }

    @Test(
        "Adjustments that adjust nothing are mistakes",
        arguments: [
            ("\"optional\": {}", "\"optional\": {\"Thing.x\": \"\"}", "Thing.x is no member"),
            ("\"defaults\": {}", "\"defaults\": {\"X.kind\": \"[]\"}", "X.kind is no member"),
            ("\"sensitive\": []", "\"sensitive\": [\"Kind\"]", "Kind is no structure or union"),
            ("\"kind\": \"Its kind.\"", "\"kind\": \"Its kind.\", \"b\": \"\"", "no member is called b"),
            ("\"PutThing\", ", "\"PutThing\", \"Other\", ", "no operation Other is left in the model"),
            ("\"PutThing\", ", "", "no area has this operation"),
        ]
    )
    func adjustments(old: String, new: String, message: String) throws {
        let adjustments = ModelFixture.replacing(old, new, in: ModelFixture.adjustments)
        let error = #expect(throws: CodegenError.self) { try ModelFixture.resolve(ModelFixture.model, adjustments) }
        #expect(error?.message == message)
    }

    @Test("A shape that nothing uses is a mistake")
    func unused() {
        let model = ModelFixture.replacing("\"type\": \"enum:Kind\"", "\"type\": \"string\"")
        #expect(throws: CodegenError("Kind", "no operation uses it")) { try ModelFixture.resolve(model) }
    }

    @Test(
        "What is not JSON, or not a model, is answered with the member",
        arguments: [
            ("{", "model"), ("{}", "namespace is missing"),
            (ModelFixture.replacing("\"isError\": true", "\"isError\": 1"), "structures.5.isError"),
        ]
    )
    func notAModel(text: String, part: String) {
        let error = #expect(throws: CodegenError.self) { try ModelFixture.resolve(text) }
        #expect(error?.description.contains(part) == true)
    }
}
