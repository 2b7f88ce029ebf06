<%@ Page Language="C#" CodeBehind="ResendPage.aspx.cs" Inherits="Shop.ResendPage" EnableSessionState="True" %>
<!DOCTYPE html>
<html>
<head runat="server"><title>Paywall</title></head>
<body>
  <form runat="server">
    <asp:TextBox ID="Code" runat="server" autocomplete="one-time-code" inputmode="numeric" />
    <%-- The first button is the one that Enter presses. --%>
    <asp:Button ID="Confirm" runat="server" OnClick="ConfirmClicked" />
    <%-- It works without JavaScript too. With it, a second click does nothing: the button sleeps once its form is sent. --%>
    <asp:Button ID="Resend" runat="server" OnClick="ResendClicked"
      OnClientClick="var b = this; setTimeout(function () { b.disabled = true; }, 0);" />
    <asp:Label ID="Answer" runat="server" role="status" />
    <asp:HyperLink ID="Continue" runat="server" Visible="false" />
  </form>
</body>
</html>
