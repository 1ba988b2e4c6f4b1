// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import IPCCodegen

/// A small model as text, for tests that break it in one place.
enum ModelFixture {
    static let model = """
        {"namespace": "n.s",
         "operations": [
          {"name": "PutThing", "wireName": "n.s#PutThing", "input": "PutThingRequest", "output": "PutThingResponse",
           "outputStream": null, "errors": ["ServiceError"], "summary": "Puts a thing."},
          {"name": "WatchThings", "wireName": "n.s#WatchThings", "input": "WatchThingsRequest",
           "output": "WatchThingsResponse", "outputStream": "ThingEvent", "errors": [], "summary": "Watches."}],
         "structures": [
          {"name": "PutThingRequest", "wireName": "n.s#PutThingRequest", "isError": false, "summary": "Request.",
           "members": [
            {"name": "thing", "type": "structure:Thing", "required": true, "summary": "It."},
            {"name": "count", "type": "integer", "range": {"min": 1, "max": 9}, "summary": "How many."}]},
          {"name": "PutThingResponse", "wireName": "n.s#PutThingResponse", "isError": false, "members": [],
           "summary": "Response."},
          {"name": "WatchThingsRequest", "wireName": "n.s#WatchThingsRequest", "isError": false, "members": [],
           "summary": "Request."},
          {"name": "WatchThingsResponse", "wireName": "n.s#WatchThingsResponse", "isError": false, "members": [],
           "summary": "Response."},
          {"name": "Thing", "wireName": "n.s#Thing", "isError": false, "sensitive": true, "summary": "A thing.",
           "members": [{"name": "kind", "type": "enum:Kind", "required": true},
                       {"name": "parts", "type": "map<string,list<blob>>", "summary": "Parts."}]},
          {"name": "ServiceError", "wireName": "n.s#ServiceError", "isError": true, "summary": "Failed.",
           "members": [{"name": "message", "type": "string", "summary": "Why."}]}],
         "unions": [
          {"name": "ThingEvent", "wireName": "n.s#ThingEvent", "summary": "An event.",
           "members": [{"name": "thing", "type": "structure:Thing", "summary": "It."}]}],
         "enums": [
          {"name": "Kind", "summary": "A kind.",
           "values": [{"name": "ALMOST_NEW", "wireValue": "1"}, {"name": "IN", "wireValue": "IN"}]}]}
        """

    static let adjustments = """
        {"areas": [{"name": "Things", "subject": "things", "operations": ["PutThing", "WatchThings"]}],
         "optional": {}, "defaults": {}, "sensitive": [], "summaries": {"kind": "Its kind."}}
        """

    static func resolve(_ model: String = model, _ adjustments: String = adjustments) throws -> ServiceModel {
        try IPCCodegen.model(from: Data(model.utf8), adjusted: Data(adjustments.utf8))
    }

    static func replacing(_ old: String, _ new: String, in text: String = model) -> String {
        text.replacingOccurrences(of: old, with: new)
    }
}
