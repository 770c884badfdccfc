#include "sim/layered.hpp"

#include "sim/hash.hpp"

namespace converge::sim {

namespace {

// A layer asks this of thousands of choices a run that it does not answer, so it hashes and spares the generator. The
// hash shares nothing with the generator that draws the answer: which choices a layer answers says nothing about how.
bool answers(const Layer& layer, std::uint64_t stream, std::uint32_t occurrence) {
  Hasher h;
  h.add(layer.seed);
  h.add(stream);
  h.add(occurrence);
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::int64_t>((Wide{h.value()} * 1'000'000) >> 64U) < layer.share_ppm;
}

}  // namespace

LayeredChooser::LayeredChooser(const std::vector<Question>& questions, const Layers& layers)
    : questions_{questions}, layers_{layers} {
  streams_.reserve(questions.size());
  for (const Question& q : questions) streams_.push_back(q.stream());
}

std::int64_t LayeredChooser::answer(QuestionId q, std::uint32_t occurrence) {
  std::uint64_t seed = layers_.base;
  for (auto layer = layers_.redrawn.rbegin(); layer != layers_.redrawn.rend(); ++layer) {
    if (!answers(*layer, streams_[q], occurrence)) continue;
    seed = layer->seed;
    break;
  }
  return sampled_answer(questions_[q], streams_[q], seed, occurrence);
}

}  // namespace converge::sim
