import Testing

@testable import Search

@Suite("Costs as a model sees them")
struct ResponseTransformTests {
    @Test(
        "differ where most are the best and one is beyond all measure",
        arguments: [.bounded, .compressed] as [ResponseTransform.Shape]
    )
    func plateau(shape: ResponseTransform.Shape) {
        let values = ResponseTransform([1, 1, 1, 2, 1e300], shape).values
        #expect(values[3] - values[0] > 0.001)
        #expect(values[4] > values[3])
    }

    @Test("are all 0 when they are equal")
    func constant() {
        #expect(ResponseTransform([3, 3, 3], .bounded).values == [0, 0, 0])
    }
}
