"""The one renderer of chats: dataset, training, serving and evaluation turn messages into tokens here."""

from caiwen.prompts.jinja import chat_template
from caiwen.prompts.parsing import from_tokenizer
from caiwen.prompts.special import fix_tokenizer
from caiwen.prompts.template import Message, Template, names, template

__all__ = ["Message", "Template", "chat_template", "fix_tokenizer", "from_tokenizer", "names", "template"]
